"""The servers Aside's S3 and DynamoDB stores are tried against, on this machine alone: `./dev backends`, and the tests.

rgw, dynamodb_local   the real things: Ceph's RGW speaks S3, Amazon's DynamoDB Local speaks DynamoDB
imds, container_credentials, web_identity   stubs of where credentials come from on AWS
s3_client, dynamodb_client, sigv4   requests to them, signed independently of Aside
loopback_http, observed_server, faults, wire_faults, journal, control   what stubs and proxies are made of
standing, __main__   up, down, status

Only Python's standard library; everything listens on 127.0.0.1, except for DynamoDB Local, which cannot be told to.
"""
