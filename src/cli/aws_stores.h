// From the parts of a URL, and where its service is, to what a store on S3 or DynamoDB is made
// with.
//
// Thread rule: pure functions. Errors: bad_input.
#pragma once

#include "cli/aws_session.h"
#include "cli/dynamodb_url.h"
#include "cli/s3_url.h"
#include "origin/dynamodb/dynamodb_store.h"
#include "origin/s3/s3_store.h"

namespace aside::cli {

// `http` leads to the service; in virtual-hosted style the bucket's own host is reached.
Result<origin::S3Options> s3_options(const S3Url& url, const AwsPlace& place,
                                     http_client::ClientOptions http);

origin::DynamodbOptions dynamodb_options(const DynamodbUrl& url, const AwsPlace& place,
                                         http_client::ClientOptions http,
                                         std::size_t max_references);

}  // namespace aside::cli
