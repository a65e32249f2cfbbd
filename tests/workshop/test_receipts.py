"""Receipts: signed by the service, checked by anybody."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from rolecall.cli._main import main
from rolecall.workshop.receipts import BadReceipt, Receipt, Signer, digest, verify

RECEIPT = Receipt("Room", "Ana", "quiz", "abc", 1, "2026-11-26T12:00:00+00:00", digest([(0, "x")], "key"))


@pytest.fixture
def signer(tmp_path) -> Signer:
    return Signer(tmp_path / "keys" / "receipts.jwk")


def test_a_receipt_is_read_with_the_public_key_alone(signer):
    assert "d" not in signer.public_key
    assert verify(signer.sign(RECEIPT), signer.public_key) == RECEIPT


def test_the_key_is_saved_and_only_its_owner_may_read_it(signer, tmp_path):
    file = tmp_path / "keys" / "receipts.jwk"

    assert Signer(file).public_key == signer.public_key
    assert file.stat().st_mode & 0o077 == 0


def test_a_changed_receipt_is_refused(signer):
    head, body, signature = signer.sign(RECEIPT).split(".")
    other = signer.sign(replace(RECEIPT, person="Eve")).split(".")[1]

    with pytest.raises(BadReceipt):
        verify(f"{head}.{other}.{signature}", signer.public_key)
    with pytest.raises(BadReceipt):
        verify(f"{head}.{body}.{signature[:-4]}AAAA", signer.public_key)


def test_another_services_receipt_is_refused(signer, tmp_path):
    other = Signer(tmp_path / "other")

    with pytest.raises(BadReceipt, match="was not signed with this key"):
        verify(other.sign(RECEIPT), signer.public_key)


def test_no_signature_and_a_signature_by_the_public_key_are_refused(signer):
    """The two old tricks with JSON Web Signatures: RFC 8725, 2.1 and 3.1."""
    payload = json.dumps({"room": "Room"}).encode()
    public = json.dumps(signer.public_key).encode()
    as_secret = jws.serialize_compact(
        {"alg": "HS256"}, payload, OctKey.import_key(public), algorithms=["HS256"]
    )
    head, body, _ = signer.sign(RECEIPT).split(".")

    for forged in (as_secret, f"{head}.{body}.", "eyJhbGciOiJub25lIn0.e30.", "x", ""):
        with pytest.raises(BadReceipt):
            verify(forged, signer.public_key)


def test_something_else_that_the_service_signed_is_no_receipt(signer, tmp_path):
    key = OKPKey.import_key(json.loads((tmp_path / "keys" / "receipts.jwk").read_text()))
    text = jws.serialize_compact({"alg": "Ed25519"}, b"{}", key, algorithms=["Ed25519"])

    with pytest.raises(BadReceipt, match="is not a receipt"):
        verify(text, signer.public_key)


def test_the_command_verifies(signer, tmp_path):
    receipt, key = tmp_path / "receipt", tmp_path / "key"
    receipt.write_text(f"{signer.sign(RECEIPT)}\n")
    key.write_text(json.dumps(signer.public_key))

    good = CliRunner().invoke(main, ["workshop", "verify", str(receipt), "--key", str(key)])
    receipt.write_text(receipt.read_text()[:-3])
    bad = CliRunner().invoke(main, ["workshop", "verify", str(receipt), "--key", str(key)])

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert good.stdout.startswith("Ana submitted quiz, attempt 1, at 2026-11-26T12:00:00+00:00.")
