//! What a component says of itself, in the custom sections that registries and `wasm-tools metadata` read.

use std::path::Path;

use wasm_metadata::{AddMetadata, AddMetadataField, Description, Licenses, Version};
use wit_parser::{PackageId, Resolve};

use crate::encode::Result;

/// What a component is.
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// The component, or the WIT package, with its name, version, licence and description. The documentation is in the binary of
/// the WIT package: tools refuse a component that has such.
pub(crate) fn with(about: &About, component: &[u8]) -> Result<Vec<u8>> {
    let mut told = AddMetadata::default();
    told.name = AddMetadataField::Set(about.name.to_owned());
    told.description = AddMetadataField::Set(Description::new(about.description));
    told.licenses = AddMetadataField::Set(Licenses::new(env!("CARGO_PKG_LICENSE"))?);
    told.version = AddMetadataField::Set(Version::new(env!("CARGO_PKG_VERSION")));
    Ok(told.to_wasm(component)?)
}

/// The WIT package in a folder.
pub(crate) fn package(folder: &Path) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    Ok((resolve, package))
}
