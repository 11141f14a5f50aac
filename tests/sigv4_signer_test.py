"""The tests' own signer against the examples that Amazon publishes: what it signs judges what Aside signs."""

import unittest
from datetime import datetime, timezone

import with_backends  # noqa: F401, puts tools on the path
from backends.sigv4 import Key, canonical_path, canonical_query, sign

S3_KEY = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
S3_TIME = datetime(2013, 5, 24, tzinfo=timezone.utc)
SUITE_KEY = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SUITE_TIME = datetime(2015, 8, 30, 12, 36, tzinfo=timezone.utc)


def proof_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


class Published(unittest.TestCase):
    def test_examples_of_the_s3_manual(self) -> None:
        host = {"Host": "examplebucket.s3.amazonaws.com"}
        stored = host | {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
        cases = [
            ("GET", "/test.txt", host | {"Range": "bytes=0-9"}, b"",
             "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            ("PUT", "/test%24file.text", stored, b"Welcome to Amazon S3.",
             "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
            ("GET", "/?lifecycle", host, b"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("GET", "/?max-keys=2&prefix=J", host, b"", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
        for method, target, headers, body, wanted in cases:
            with self.subTest(target=target):
                self.assertEqual(proof_of(sign(S3_KEY, "us-east-1", "s3", method, target, headers, body, S3_TIME)), wanted)

    def test_vanilla_request_of_the_suite(self) -> None:
        signed = sign(SUITE_KEY, "us-east-1", "service", "GET", "/", {"Host": "example.amazonaws.com"}, b"", SUITE_TIME)
        self.assertEqual(proof_of(signed), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")

    def test_a_path_is_encoded_once_for_s3_and_twice_for_others(self) -> None:
        self.assertEqual(canonical_path("/a%20b/../c+d/%C3%A4", "s3"), "/a%20b/../c%2Bd/%C3%A4")
        self.assertEqual(canonical_path("/a%20b", "lambda"), "/a%2520b")

    def test_a_query_is_sorted_and_encoded_to_the_last_byte(self) -> None:
        self.assertEqual(canonical_query("b=2&a=x/y&versions&a=+"), "a=%2B&a=x%2Fy&b=2&versions=")

    def test_a_session_token_is_sent_and_signed(self) -> None:
        with_token = sign(Key("A", "b", "c=="), "us-east-1", "s3", "GET", "/", {"Host": "h"}, b"", S3_TIME)
        self.assertEqual(with_token["X-Amz-Security-Token"], "c==")
        self.assertIn("x-amz-security-token", with_token["Authorization"])


if __name__ == "__main__":
    unittest.main()
