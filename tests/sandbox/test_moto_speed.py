"""What replaces a slow function of moto returns what moto's function returns."""

from moto.s3.utils import metadata_from_headers

from rolecall.sandbox import moto_speed


def test_the_metadata_of_an_object_is_found_as_moto_finds_it():
    headers = {
        "X-Amz-Meta-Color": "blue",
        "x-amz-meta-b_c": "1",
        "Content-Type": "text/plain",
        "cache-control": "no",
        "Host": "here",
        "Other": ["a"],
        "Expires": ["b", "c"],
    }

    found = moto_speed._metadata_from_headers(headers)

    assert dict(found) == dict(metadata_from_headers(headers))
    assert "x-amz-meta-color" in dict(found)
