"""What the tap and the target say of themselves to whatever runs them."""

from __future__ import annotations

import json
from typing import Any

from brightpearl import __version__
from brightpearl.environment import secret_variables

_OF_TAP = {
    "streams": ("array", "What is pulled: names of resources, or objects with resource and options."),
    "start_date": ("string", "From when on, where there is no state yet."),
    "overlap_seconds": ("number", "How far a pull looks back behind where the last one ended."),
    "dead_letters": ("string", "A file for records that could not be mapped."),
}
_OF_TARGET = {
    "streams": ("object", "A mapping document for each stream, or an object with mapping, constants and existing."),
    "directory": ("string", "The folder that keeps journals and dead letters."),
    "dead_letters": ("string", "The file of dead letters, where it is not in the folder."),
    "unmapped": ("string", "refuse or ignore streams that have no document."),
    "rejected": ("string", "fail or pass when records were rejected."),
    "doubt": ("string", "hold the state back for a write of unknown outcome, or make it a dead-letter."),
    "validate_records": ("boolean", "Whether records are held against their schemas."),
    "settle_records": ("integer", "After how many records what has gathered is pushed."),
    "settle_seconds": ("integer", "After how many seconds it is pushed with the next STATE."),
    "dry_run": ("boolean", "Only reads, and says what would be written."),
    "renew": ("boolean", "Goes on with the journals of documents that were changed."),
    "looks": ("array", "After how many seconds to look for a write of unknown outcome."),
    "exclusive": ("string", "A lock file, or a folder with one for each kind of record."),
}


def about_tap() -> str:
    """The tap, as JSON."""
    capabilities = ["about", "catalog", "discover", "properties", "state"]
    return _about("tap-brightpearl", "Pulls what changed in Brightpearl.", capabilities, _OF_TAP, [])


def about_target() -> str:
    """The target, as JSON."""
    description = "Pushes what any tap writes into Brightpearl, each record exactly once."
    return _about("target-brightpearl", description, ["about"], _OF_TARGET, ["streams", "directory"])


def _about(
    name: str, description: str, capabilities: list[str], own: dict[str, tuple[str, str]], required: list[str]
) -> str:
    properties: dict[str, Any] = {
        member: {"type": kind, "description": said} for member, (kind, said) in {**_OF_ACCOUNT, **own}.items()
    }
    for variable in secret_variables():
        member = variable.removeprefix("BRIGHTPEARL_").lower()
        properties[member] = {"type": "string", "secret": True, "description": "A credential, or where it is."}
    about = {
        "name": name,
        "description": description,
        "version": __version__,
        "capabilities": capabilities,
        "settings": {"type": "object", "properties": properties, "required": required},
    }
    return json.dumps(about, indent=2)


_OF_ACCOUNT = {
    "profile": ("string", "A profile that has the account and its credentials."),
    "account": ("string", "The account code."),
    "datacentre": ("string", "Such as use1."),
    "base_url": ("string", "Instead of a datacentre."),
    "app_ref": ("string", "The app's reference."),
}
