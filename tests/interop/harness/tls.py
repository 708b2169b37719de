"""Certificates of a test's own, and a client that speaks TLS."""

import ssl
import subprocess


class Certificate:
    """Signed by itself, for some host names. Files of PEM."""

    def __init__(self, folder, name, *hosts):
        self.certificate = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        alternatives = ", ".join(f"DNS:{host}" for host in hosts)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", f"/CN={hosts[0]}", "-addext",
             f"subjectAltName = {alternatives}", "-keyout", self.key,
             "-out", self.certificate],
            check=True, capture_output=True, stdin=subprocess.DEVNULL)

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())

    def copy_to(self, certificate, key):
        certificate.write_bytes(self.certificate.read_bytes())
        key.write_bytes(self.key.read_bytes())


class Tls:
    """What a client does to its socket. `ahead` goes out before TLS begins."""

    def __init__(self, name=None, most=None, session=None, ahead=b"",
                 context=None):
        self.context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        if most is not None:
            self.context.maximum_version = most
        self.name = name
        self.session = session
        self.ahead = ahead

    def wrap(self, sock):
        sock.sendall(self.ahead)
        return self.context.wrap_socket(sock, server_hostname=self.name,
                                        session=self.session)
