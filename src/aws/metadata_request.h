// One small request to a service that hands out credentials, by its own HTTP client.
//
// Thread rule: on the worker given. Errors: those of the client; bad_input (a token that cannot be
// sent in a field).
#pragma once

#include <string>
#include <vector>

#include "aws/endpoints.h"
#include "http_client/http_client.h"
#include "wire/http_field.h"

namespace aside::aws {

struct MetadataRequest {
    std::string_view method, target;
    std::vector<wire::HttpField> fields;  // beside Host
    std::string body;
};

http_client::ClientOptions metadata_client_options(const ServiceEndpoint& at,
                                                   const runtime::ConnectOptions& tls_connect);

// The request's views must live until the task ends.
runtime::Task<Result<http_client::HttpAnswer>> ask_metadata(runtime::Worker& worker,
                                                            http_client::HttpClient& client,
                                                            const ServiceEndpoint& at,
                                                            MetadataRequest request,
                                                            SteadyTime deadline);

}  // namespace aside::aws
