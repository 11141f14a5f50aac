"""`aside check` against the real back ends: all well, and the first thing that is wrong explained so that it can be acted on."""

import unittest

from aside import Folder, environment, run
from with_backends import need, started_dynamodb, started_rgw  # first: it finds the tools
from aws.fault_proxy import DynamoDbFaultProxy, S3FaultProxy
from backends.processes import free_port
from backends.sigv4 import Key
from redis_server import Redis
from tls_server_side import server_side

BUCKET, TABLE, ROWS = "shop", "items", "rows"


def setUpModule() -> None:
    global rgw, dynamodb
    need(rgw=True, dynamodb=True)
    rgw, dynamodb = started_rgw(sts=False), started_dynamodb()
    s3, tables = rgw.client(), dynamodb.client()
    unittest.addModuleCleanup(s3.close)
    unittest.addModuleCleanup(tables.close)
    s3.create_bucket(BUCKET)
    s3.put(BUCKET, "de/a", b"{}")
    tables.create_table(TABLE)
    tables.put(TABLE, {"id": {"S": "one"}, "refs": {"L": [{"S": "a"}]}})
    tables.create_table(ROWS, key="item", sort_key="n")


class Check(Folder):
    def index(self, table: str = TABLE, endpoint: str = "", more: str = "") -> str:
        return f"dynamodb://{table}?endpoint={endpoint or dynamodb.url}{more}"

    def objects(self, bucket: str = BUCKET, endpoint: str = "", prefix: str = "/de/") -> str:
        return f"s3://{bucket}{prefix}?endpoint={endpoint or rgw.url}"

    def check(self, *words: str, index: str = "", objects: str = "", key: Key | None = None, **variables: str):
        key = key or rgw.key
        named = {"AWS_ACCESS_KEY_ID": key.access_key, "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_CONFIG_FILE": "/nowhere",
                 "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"} | variables
        return run("check", "one", "--index", index or self.index(), "--objects", objects or self.objects(), *words,
                   env=environment(**named))

    def explained(self, words: str, **how: str) -> str:
        done = self.check(**how)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count(" -> "), 1, done.stdout)
        self.assertIn(words, done.stdout)
        return done.stdout

    def proxy(self, made: object):
        self.addCleanup(made.stop)
        return made

    def test_all_is_well(self) -> None:
        redis = Redis(self.folder)
        self.addCleanup(redis.stop)
        redis.start()
        done = self.check("--l2", redis.url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"credentials +ok +from environment")
        self.assertRegex(done.stdout, r"index +ok +.*compare its keys")
        self.assertRegex(done.stdout, r"index +ok +dynamodb:.*read 'one': found")
        self.assertRegex(done.stdout, r"l2 +ok +redis:.*read 'one': not there from 127.0.0.1:\d+, slot \d+")
        self.assertRegex(done.stdout, r"objects +ok +s3:.*read 'a': found")
        self.assertRegex(done.stdout, r"objects +ok +s3:.*read 'aside-check/[0-9a-f]+': absent")
        self.assertNotIn(rgw.key.secret, done.stdout + done.stderr)

    def test_the_tables_key_has_another_name(self) -> None:
        self.explained("write key=item", index=self.index(ROWS))
        self.explained("write position=n", index=self.index(ROWS, more="&key=item"))

    def test_what_does_not_exist(self) -> None:
        self.explained("no table nowhere in us-east-1", index=self.index("nowhere"))
        self.explained("no bucket nowhere", objects=self.objects("nowhere"))

    def test_the_secret_is_another(self) -> None:
        self.assertIn("the secret does not belong to the access key", self.check(key=Key(rgw.key.access_key, "another")).stdout)

    def test_permissions_by_action_and_resource(self) -> None:
        proxy = self.proxy(S3FaultProxy(rgw.url))
        proxy.faults.add("s3_answers", code="AccessDenied")
        self.explained("Allow s3:GetObject on arn:aws:s3:::shop/de/*", objects=self.objects(endpoint=proxy.url))
        table = self.proxy(DynamoDbFaultProxy(dynamodb.url))
        table.faults.add("dynamodb_answers", "GetItem", type="AccessDeniedException")
        self.explained("Allow dynamodb:GetItem on arn:aws:dynamodb:us-east-1:*:table/items", index=self.index(endpoint=table.url))

    def test_a_403_that_stands_for_a_404(self) -> None:
        proxy = self.proxy(S3FaultProxy(rgw.url))
        proxy.faults.add("s3_answers", "GetObject", code="AccessDenied", skip=1)
        self.explained("Allow s3:ListBucket on arn:aws:s3:::shop in", objects=self.objects(endpoint=proxy.url))

    def test_the_bucket_is_in_another_region(self) -> None:
        proxy = self.proxy(S3FaultProxy(rgw.url))
        proxy.faults.add("permanent_redirect", region="eu-west-1")
        self.assertIn("the bucket is in eu-west-1", self.check(objects=self.objects(endpoint=proxy.url)).stdout)

    def test_nobody_listens(self) -> None:
        port = free_port()
        self.explained(f"Nobody listens at 127.0.0.1:{port}", objects=self.objects(endpoint=f"http://127.0.0.1:{port}"))

    def test_tls_where_there_is_none(self) -> None:
        place = rgw.url.removeprefix("http://")
        self.explained(f"endpoint=http://{place}", objects=self.objects(endpoint=f"https://{place}"))

    def test_a_certificate_that_nobody_vouches_for(self) -> None:
        context, certificate = server_side(self.folder)
        secured = self.objects(endpoint=self.proxy(S3FaultProxy(rgw.url, tls=context)).url.replace("http://", "https://"))
        self.explained("The certificate of 127.0.0.1 does not verify", objects=secured)
        self.assertEqual(self.check(objects=secured, AWS_CA_BUNDLE=str(certificate)).returncode, 0)

    def test_no_credentials_anywhere(self) -> None:
        port = free_port()
        told = self.explained("AWS_PROFILE", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="",
                              AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://127.0.0.1:{port}")
        self.assertRegex(told, r"credentials +FAILED")

    def test_a_profile_that_is_not_there(self) -> None:
        done = self.check(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_PROFILE="nobody")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody", done.stderr)

    def test_l2_is_out_of_reach(self) -> None:
        port = free_port()
        done = self.check("--l2", f"redis://127.0.0.1:{port}")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"l2 +FAILED")
        self.assertIn(f"beginning with 127.0.0.1:{port}", done.stdout)
        self.assertRegex(done.stdout, r"objects +ok", "what does not need L2 is looked at all the same")
