"""Proxies before S3 and DynamoDB that count, check signatures and go wrong on request.

fault_proxy       S3FaultProxy and DynamoDbFaultProxy, for tests
s3_faults, dynamodb_faults   what goes wrong in the words of each service; tools/backends/wire_faults.py has the rest
signature_check   who signed a request, and what AWS would say of it
__main__          one of them by hand, with a control by HTTP
"""
