"""A fault proxy by hand, in the folder tests:

    PYTHONPATH=../tools python3 -m aws s3 $AWS_ENDPOINT_URL_S3
    PYTHONPATH=../tools python3 -m aws dynamodb $AWS_ENDPOINT_URL_DYNAMODB --check

prints its own URL and that of its control (tools/backends/control.py has the calls). --check lets in only what is signed by
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
"""

import argparse
import os
import threading

from backends.control import Control
from backends.key_ring import KeyRing
from backends.sigv4 import Key

from .fault_proxy import DynamoDbFaultProxy, S3FaultProxy
from .signature_check import SignatureCheck

PROXIES = {"s3": S3FaultProxy, "dynamodb": DynamoDbFaultProxy}


def main() -> None:
    parser = argparse.ArgumentParser(prog="aws", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", choices=PROXIES)
    parser.add_argument("upstream")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    arguments = parser.parse_args()
    check = None
    if arguments.check:
        key = Key(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN"))
        check = SignatureCheck(KeyRing(key), arguments.service)
    proxy = PROXIES[arguments.service](arguments.upstream, check, port=arguments.port)
    control = Control({arguments.service: proxy}, arguments.control_port)
    print(f"{arguments.service}: {proxy.url}\ncontrol: {control.url}/{arguments.service}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
