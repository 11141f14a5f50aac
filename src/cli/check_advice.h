// What to do about what `aside check` has found wrong, in a sentence for somebody who has not met
// it before.
//
// Each function knows one step of a read and takes its error; an empty answer means that the error
// says it all. Thread rule: pure functions. Nothing here shows a secret: errors hold none.
#pragma once

#include <string>
#include <string_view>

#include "aws/endpoints.h"
#include "base/error.h"
#include "cli/remote_url.h"
#include "engine/ports/remote_tier.h"
#include "origin/dynamodb/replies.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::cli {

// A bucket or table, as it is asked for.
struct AskedService {
    aws::Service service = aws::Service::s3;
    std::string region;
    std::string resource;  // the bucket's or table's name
    std::string prefix;    // of keys in the bucket
    std::string host;
    std::uint16_t port = 443;
    bool tls = true;
};

// "arn:aws:s3:::shop/de/*", "arn:aws-cn:dynamodb:cn-north-1:*:table/items"
std::string resource_arn(const AskedService& asked);

std::string advice_on_credentials(const Error& error);
std::string advice_on_connection(const AskedService& asked, const Error& error);
// `action` is what a policy calls the request: "s3:GetObject".
std::string advice_on_answer(const AskedService& asked, std::string_view action,
                             const Error& error);
// Of a key that cannot exist. `object_was_read`: another one could be read.
std::string advice_on_absent_key(const AskedService& asked, const Error& error,
                                 bool object_was_read);
// Empty: the table's keys are what the layout says.
std::string advice_on_keys(const origin::TableLayout& layout, const origin::TableKeys& keys);
std::string advice_on_remote(const RemoteUrl& url, UnknownReason reason);

}  // namespace aside::cli
