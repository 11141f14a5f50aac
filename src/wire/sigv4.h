// AWS Signature Version 4: the fields, or the query, that prove who sends a request.
//
// What is signed must be what is sent, byte for byte. So the signer takes the path as it will be
// sent (uri_encode.h makes one of a key), the query decoded, and gives back the target to send. It
// signs every field it is given: give it Host, Content-Type and what begins with x-amz-, and no
// field that something on the way may change. A request must be signed anew each time it is sent:
// servers refuse a signature that is 15 minutes old, and a presigned one when its own time is over.
//
// Thread rule: one owner (a signer for each worker). Ownership: the arguments are borrowed for the
// call; derived keys are kept, at most kKeysKept, and wiped. Errors: none; field values must not
// hold line ends (http_request_text.h refuses them).
// Source: "AWS Signature Version 4 for API requests", AWS IAM User Guide; for the rules of S3,
// "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wire/http_field.h"
#include "wire/sha256.h"

namespace aside::wire {

// How the path is signed, and whether the body's digest is sent as a field.
enum class SigningRules : std::uint8_t {
    s3,     // the path as it is sent, "..", "//" and all; x-amz-content-sha256 is sent
    other,  // without "." , ".." and empty segments, and encoded once more
};

struct SigningIdentity {
    std::string_view access_key_id;
    std::string_view secret_access_key;
    std::string_view session_token;  // empty: none
};

struct SigningScope {
    std::string_view region, service;  // "eu-central-1", "s3"
    SigningRules rules = SigningRules::other;
};

struct QueryParameter {
    std::string_view name, value;  // decoded
};

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

struct SignableRequest {
    std::string_view method;                         // "GET"
    std::string_view path;                           // as it is sent; it begins with '/'
    std::span<const QueryParameter> query;           // in any order
    std::span<const HttpField> fields;               // with Host
    std::string_view payload_sha256 = kEmptySha256;  // hex; S3 also takes kUnsignedPayload
};

// What is to be sent beside the fields that were given.
struct Signature {
    std::string target;  // path and query
    std::array<char, 16> date;
    std::string authorization;
    std::string_view payload_sha256;  // empty: not to be sent
    std::string_view session_token;   // empty: not to be sent

    // x-amz-date, authorization, and x-amz-content-sha256 and x-amz-security-token where they
    // belong. Borrows from this and from what was signed.
    void append_fields(std::vector<HttpField>& into) const;
};

class SigV4Signer {
  public:
    static constexpr std::size_t kKeysKept = 8;

    SigV4Signer() = default;
    ~SigV4Signer();
    SigV4Signer(const SigV4Signer&) = delete;

    Signature sign(const SignableRequest& request, const SigningIdentity& identity,
                   const SigningScope& scope, WallTime at);

    // The target of a request that anybody may send until `valid_for` has passed (at most 7 days):
    // its signature is part of the query.
    std::string presign(const SignableRequest& request, const SigningIdentity& identity,
                        const SigningScope& scope, WallTime at, std::chrono::seconds valid_for);

    // Of the last call: what the server must have come to as well. S3 shows its own in the answer
    // to a signature that does not match.
    const std::string& canonical_request() const { return canonical_; }

    Sha256& hash() { return sha256_; }

  private:
    struct CanonicalField {
        std::string name;  // lower case
        std::string_view value;
        std::size_t place = 0;  // among those given
    };
    struct DerivedKey {
        std::string secret, date, region, service;
        Sha256Digest key;
    };

    void collect(std::span<const HttpField> fields);
    void put_in_order();
    void write_canonical(const SignableRequest& request, SigningRules rules,
                         std::string_view canonical_query);
    std::array<char, 64> signature(const SigningIdentity& identity, const SigningScope& scope,
                                   std::string_view date_time);
    const Sha256Digest& key_for(std::string_view secret, const SigningScope& scope,
                                std::string_view date);

    Sha256 sha256_;
    std::vector<DerivedKey> keys_;
    std::size_t next_replaced_ = 0;
    // Of the request at hand; kept for their memory.
    std::vector<CanonicalField> fields_;
    std::string signed_names_, canonical_, text_to_sign_;
};

}  // namespace aside::wire
