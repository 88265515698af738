//! Loads the component and makes instances of it.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store};

use crate::bindings::exports::brightpearl::connector::engine::{GuestCall, GuestClient};
use crate::bindings::{Connector, ConnectorPre};

/// How many instances are made room for.
const INSTANCES: u32 = 8;

/// What a component has of core instances, at most: its own, and those that tie it together.
const CORE_INSTANCES: u32 = 4;

/// More than a client and a call write to.
const KEPT_BYTES: usize = 256 << 10;

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
        Self::within(Engine::default(), path)
    }

    /// The same with room for a few instances set aside, as platforms do: an instance then costs no system call for its
    /// memory but the one that cleans it.
    ///
    /// # Errors
    /// As [`Loaded::from_file`], and when so much address space cannot be had.
    pub fn pooled(path: &Path) -> Result<Self> {
        let mut pooling = PoolingAllocationConfig::new();
        pooling
            .total_component_instances(INSTANCES)
            .total_core_instances(INSTANCES * CORE_INSTANCES)
            .total_memories(INSTANCES)
            .total_tables(INSTANCES * CORE_INSTANCES)
            // What an instance has written to at first is wiped rather than unmapped.
            .linear_memory_keep_resident(KEPT_BYTES)
            .table_keep_resident(KEPT_BYTES);
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling));
        Self::within(Engine::new(&config)?, path)
    }

    fn within(engine: Engine, path: &Path) -> Result<Self> {
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
