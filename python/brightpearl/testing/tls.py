"""TLS for the emulated account's server: with a certificate that is made for it, or with one that is given."""

from __future__ import annotations

import shutil
import ssl
import tempfile
import time
from pathlib import Path

from brightpearl._native import Emulator as _Emulator
from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike


class ServerTls:
    """The settings of TLS, and the file that clients are to trust."""

    def __init__(self, context: ssl.SSLContext, directory: Path | None) -> None:
        self.context = context
        self._directory = directory

    @classmethod
    def of(
        cls, is_made: bool, certificate: str | PathLike[str] | None, key: str | PathLike[str] | None
    ) -> ServerTls | None:
        """What the arguments ask for, if they ask for TLS."""
        if certificate is not None or key is not None:
            if certificate is None or key is None or is_made:
                message = "`certificate` does not go with the rest; expected certificate and key, or tls=True alone"
                raise ValidationError(message, location="certificate")
            return cls(_context(Path(certificate), Path(key)), None)
        return cls._made() if is_made else None

    @classmethod
    def _made(cls) -> ServerTls:
        authority, certificate, key = _Emulator.certificates(int(time.time() * 1000))
        # Nobody else may read the directory. The key is gone from it before the server is there.
        directory = Path(tempfile.mkdtemp(prefix="brightpearl-emulator-"))
        try:
            (directory / "certificate.pem").write_text(certificate)
            (directory / "key.pem").write_text(key)
            context = _context(directory / "certificate.pem", directory / "key.pem")
            (directory / "key.pem").unlink()
            (directory / "authority.pem").write_text(authority)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(context, directory)

    @property
    def authority(self) -> Path | None:
        """The file that clients are to trust, none where the certificate was given."""
        return None if self._directory is None else self._directory / "authority.pem"

    def close(self) -> None:
        """Removes what was made."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key)
    return context
