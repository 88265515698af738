"""Secrets of a configuration: where they are, and that they are there."""

from __future__ import annotations

from brightpearl.exceptions import ValidationError
from brightpearl.secret_reference import SecretReference, is_reference, wrong_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.service.members import Members


def check_secret(members: Members, name: str, text: str) -> None:
    """Notes what is wrong with where a secret is said to be."""
    if not is_reference(text):
        members.wrong(
            name, "the secret itself stands in the file; better say where it is, such as env:NAME", is_warning=True
        )
        return
    if (problem := wrong_with(text)) is not None:
        members.wrong(name, problem)
        return
    try:
        SecretReference(text, members.place_of(name)).look_up()
    except ValidationError as error:
        members.wrong(name, f"{error.message}; expected a secret there")
