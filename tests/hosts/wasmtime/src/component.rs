//! Loads the component and makes instances of it.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Engine, Result, Store};

use crate::bindings::exports::brightpearl::connector::engine::{GuestCall, GuestClient};
use crate::bindings::{Connector, ConnectorPre};

/// The component, compiled and linked to nothing.
pub struct Loaded {
    engine: Engine,
    connector: ConnectorPre<()>,
}

impl Loaded {
    /// Compiles a component file.
    ///
    /// # Errors
    /// When the file cannot be read, is not a component of this contract, or imports something.
    pub fn from_file(path: &Path) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::from_file(&engine, path)?;
        let connector = ConnectorPre::new(Linker::new(&engine).instantiate_pre(&component)?)?;
        Ok(Self { engine, connector })
    }

    /// A fresh instance: its own memory, sharing nothing with any other.
    ///
    /// # Errors
    /// When memory is short.
    pub fn instantiate(&self) -> Result<Instance> {
        let mut store = Store::new(&self.engine, ());
        let connector = self.connector.instantiate(&mut store)?;
        Ok(Instance { store, connector })
    }
}

/// One running component.
pub struct Instance {
    /// What every call into the component needs.
    pub store: Store<()>,
    /// Its exports.
    pub connector: Connector,
}

impl Instance {
    /// The store, and the functions of `resource client`.
    pub fn client(&mut self) -> (&mut Store<()>, GuestClient<'_>) {
        (&mut self.store, self.connector.brightpearl_connector_engine().client())
    }

    /// The store, and the functions of `resource call`.
    pub fn call(&mut self) -> (&mut Store<()>, GuestCall<'_>) {
        (&mut self.store, self.connector.brightpearl_connector_engine().call())
    }

    /// Drops a client or a call inside the component.
    ///
    /// # Errors
    /// When the component traps.
    pub fn release(&mut self, resource: ResourceAny) -> Result<()> {
        resource.resource_drop(&mut self.store)
    }
}
