//! What a component says of itself, in the custom sections that registries and `wasm-tools metadata` read.

use std::borrow::Cow;
use std::path::Path;

use wasm_encoder::{ComponentSection, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField, Description, Licenses, Version};
use wit_parser::{PackageId, PackageMetadata, Resolve};

use crate::encode::Result;

/// What a component is.
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// The component with its name, version, licence, description, and the documentation of the WIT package.
pub(crate) fn with(about: &About, component: &[u8]) -> Result<Vec<u8>> {
    let mut told = AddMetadata::default();
    told.name = AddMetadataField::Set(about.name.to_owned());
    told.description = AddMetadataField::Set(Description::new(about.description));
    told.licenses = AddMetadataField::Set(Licenses::new(env!("CARGO_PKG_LICENSE"))?);
    told.version = AddMetadataField::Set(Version::new(env!("CARGO_PKG_VERSION")));
    let mut component = told.to_wasm(component)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let (resolve, package) = package(&folder)?;
    let documentation = PackageMetadata::extract(&resolve, package).encode()?;
    let section = CustomSection {
        name: Cow::Borrowed(PackageMetadata::SECTION_NAME),
        data: Cow::Owned(documentation),
    };
    section.append_to_component(&mut component);
    Ok(component)
}

/// The WIT package in a folder.
pub(crate) fn package(folder: &Path) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    Ok((resolve, package))
}
