// What DynamoDB answers when it does not do what it was asked, understood.
//
// The error's name comes as "__type", with a prefix up to '#' or without; its text as "message" or
// "Message". Thread rule: pure functions. Errors: failure_of always tells one, of
// aws/error_meaning.h; check_crc32: io, for the same request may well be answered whole the next
// time.
#pragma once

#include <string_view>

#include "aws/error_meaning.h"
#include "base/result.h"
#include "http_client/http_call.h"

namespace aside::origin {

struct DynamodbFailure {
    aws::ErrorMeaning meaning;
    Error error;
};
DynamodbFailure failure_of(unsigned status, std::string_view body);

// As aws::SignedClient asks for it.
aws::ErrorMeaning dynamodb_meaning(const http_client::HttpAnswer& answer);

// `told`: the field x-amz-crc32, in decimal; empty: nothing to check.
Result<void> check_crc32(std::string_view told, std::string_view body);

}  // namespace aside::origin
