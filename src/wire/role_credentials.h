// The credentials of a role, as AWS hands them out: JSON by the metadata services of containers and
// of EC2, XML by STS.
//
// Thread rule: pure functions. Errors: protocol (malformed, or something is missing), denied (the
// service's own refusal, with its code and message). No error ever shows what was received
// otherwise: it may hold a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace aside::wire {

struct RoleCredentials {
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token;
    WallTime expires{};
};

// {"AccessKeyId":…,"SecretAccessKey":…,"Token":…,"Expiration":…}; what else there is, is passed
// over. EC2 adds "Code":"Success", or says another code instead.
Result<RoleCredentials> decode_role_json(std::string_view json);

// <AssumeRoleWithWebIdentityResponse>…<Credentials>…
Result<RoleCredentials> decode_role_xml(std::string_view xml);

// <ErrorResponse><Error>…: why STS refuses, in one line each. Nothing: that is not what this is.
struct StsError {
    std::string code, message;
};
std::optional<StsError> decode_sts_error(std::string_view xml);

}  // namespace aside::wire
