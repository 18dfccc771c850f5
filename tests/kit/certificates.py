"""Certificates that are made for one run and thrown away with it."""

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """One that the client of the test trusts, and one that nobody does; both for the same names."""

    trusted: ssl.SSLContext
    self_signed: ssl.SSLContext
    trusted_file: Path

    def client_context(self) -> ssl.SSLContext:
        """What a system would have that trusts the first one and checks names as ever."""
        return ssl.create_default_context(cafile=str(self.trusted_file))


def make_certificates(folder: Path, host: str) -> Certificates:
    """Two self-signed certificates for a host, each with a key of its own."""
    trusted, self_signed = (_make(folder / name, host) for name in ("trusted.pem", "other.pem"))
    return Certificates(_server_context(trusted), _server_context(self_signed), trusted)


def _server_context(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _make(file: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
