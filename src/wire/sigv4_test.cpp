#include "wire/sigv4.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/canonical_uri.h"
#include "wire/uri_encode.h"

namespace aside::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

struct SigningVector {
    std::string_view name, method;
    std::string_view key;  // not empty: `path` is made of it
    std::string_view path;
    std::vector<QueryParameter> query;
    std::vector<HttpField> fields;
    std::string_view body;
    bool unsigned_payload = false;
    std::string_view access_key, secret_key, token, region, service, at;
    int expires_seconds = 0;  // not 0: presigned
    std::string_view canonical, signature, presigned_target;
};

const std::vector<SigningVector>& vectors() {
    static const std::vector<SigningVector> all = {
#include "wire/sigv4_vectors.inc"
    };
    return all;
}

// "20150830T123600Z"
WallTime time_of(std::string_view text) {
    const auto number = [&](std::size_t at, std::size_t digits) {
        return std::stoi(std::string(text.substr(at, digits)));
    };
    const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(6, 2))));
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(number(9, 2)) +
           std::chrono::minutes(number(11, 2)) + std::chrono::seconds(number(13, 2));
}

std::string hex_digest(SigV4Signer& signer, std::string_view bytes) {
    const auto hex = hex_of(signer.hash().digest({bytes}));
    return {hex.data(), hex.size()};
}

struct SignedVector {
    explicit SignedVector(const SigningVector& of, SigV4Signer& signer)
        : payload(of.unsigned_payload || (of.service == "s3" && of.expires_seconds > 0)
                      ? std::string(kUnsignedPayload)
                      : hex_digest(signer, of.body)),
          scope{of.region, of.service, of.service == "s3" ? SigningRules::s3 : SigningRules::other},
          request{.method = of.method,
                  .path = of.path,
                  .query = of.query,
                  .fields = of.fields,
                  .payload_sha256 = payload},
          identity{of.access_key, of.secret_key, of.token} {}
    std::string payload;
    SigningScope scope;
    SignableRequest request;
    SigningIdentity identity;
};

// With a signer for each, and with one for all, whose keys are replaced meanwhile.
void check_all(SigV4Signer* shared) {
    for (const SigningVector& vector : vectors()) {
        SigV4Signer own;
        SigV4Signer& signer = shared ? *shared : own;
        const SignedVector given(vector, own);
        const WallTime at = time_of(vector.at);
        if (vector.expires_seconds > 0) {
            EXPECT_EQ(signer
                          .presign(given.request, given.identity, given.scope, at,
                                   std::chrono::seconds(vector.expires_seconds))
                          .size(),
                      vector.presigned_target.size())
                << vector.name;
        } else {
            const Signature made = signer.sign(given.request, given.identity, given.scope, at);
            EXPECT_THAT(made.authorization,
                        testing::EndsWith(", Signature=" + std::string(vector.signature)))
                << vector.name;
            EXPECT_EQ(std::string_view(made.date.data(), made.date.size()), vector.at);
        }
        EXPECT_EQ(signer.canonical_request(), vector.canonical) << vector.name;
    }
}

TEST(SigV4, AgreesWithAwsOnItsPublishedCasesAndOnAwkwardKeys) {
    ASSERT_GT(vectors().size(), 60U);
    check_all(nullptr);
}

TEST(SigV4, KeepsDerivedKeysApart) {
    SigV4Signer signer;
    check_all(&signer);
    check_all(&signer);
    // More scopes than are kept, each asked for twice: a key that was replaced is derived anew.
    const SigningVector& vanilla = vectors().front();
    const SignedVector given(vanilla, signer);
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 2 * SigV4Signer::kKeysKept; ++i) {
            const std::string region = "region-" + std::to_string(i);
            const SigningScope scope{region, "service"};
            const auto at = time_of(vanilla.at);
            SigV4Signer fresh;
            EXPECT_EQ(signer.sign(given.request, given.identity, scope, at).authorization,
                      fresh.sign(given.request, given.identity, scope, at).authorization);
        }
    }
}

TEST(SigV4, TellsApartWhatDiffersOnlyInTheSecretOrTheDay) {
    SigV4Signer signer;
    const SigningVector& vanilla = vectors().front();
    const SignedVector given(vanilla, signer);
    const auto at = time_of(vanilla.at);
    const auto sign = [&](std::string_view secret, WallTime when) {
        const SigningIdentity identity{vanilla.access_key, secret, {}};
        return signer.sign(given.request, identity, given.scope, when).authorization;
    };
    const std::string first = sign(vanilla.secret_key, at);
    EXPECT_NE(sign("other", at), first);
    EXPECT_NE(sign(vanilla.secret_key, at + std::chrono::hours(24)), first);
    EXPECT_EQ(sign(vanilla.secret_key, at), first);
}

TEST(SigV4, PresignsAsBotocoreDoesInAnyOrderOfTheQuery) {
    std::size_t presigned = 0;
    for (const SigningVector& vector : vectors()) {
        if (vector.expires_seconds == 0) continue;
        ++presigned;
        SigV4Signer signer;
        const SignedVector given(vector, signer);
        const std::string target =
            signer.presign(given.request, given.identity, given.scope, time_of(vector.at),
                           std::chrono::seconds(vector.expires_seconds));
        // botocore sends the parameters in an order of its own; the servers sort.
        const auto sorted = [](std::string_view of) {
            std::vector<std::string> parts;
            std::string part;
            for (const char c : of.substr(of.find('?') + 1)) {
                if (c != '&') {
                    part.push_back(c);
                    continue;
                }
                parts.push_back(std::exchange(part, {}));
            }
            parts.push_back(part);
            std::ranges::sort(parts);
            return parts;
        };
        EXPECT_EQ(sorted(target), sorted(vector.presigned_target)) << vector.name;
        EXPECT_TRUE(target.starts_with(std::string(vector.path) + "?")) << target;
        EXPECT_THAT(target, testing::EndsWith("&X-Amz-Signature=" + std::string(vector.signature)));
    }
    EXPECT_GE(presigned, 5U);
}

TEST(SigV4, EncodesKeysAsBotocoreDoes) {
    for (const SigningVector& vector : vectors()) {
        if (vector.key.empty()) continue;
        std::string path = "/";
        append_path_encoded(path, vector.key);
        EXPECT_EQ(path, vector.path) << vector.name;
    }
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) all_bytes.push_back(static_cast<char>(byte));
    std::string encoded;
    append_uri_encoded(encoded, all_bytes);
    EXPECT_EQ(encoded.size(), 256U + 2 * (256 - 66));
    EXPECT_THAT(encoded, HasSubstr("%2F"));
    EXPECT_THAT(encoded, testing::EndsWith("%FE%FF"));
}

TEST(SigV4, SendsWhatBelongsToTheServiceAndNothingElse) {
    const auto sent = [](std::string_view name) {
        const auto vector = std::ranges::find(vectors(), name, &SigningVector::name);
        SigV4Signer signer;
        const SignedVector given(*vector, signer);
        const Signature made =
            signer.sign(given.request, given.identity, given.scope, time_of(vector->at));
        std::vector<HttpField> fields;
        made.append_fields(fields);
        std::string names;
        for (const HttpField& field : fields) names.append(field.name).append(" ");
        return names + made.target;
    };
    EXPECT_EQ(sent("get-vanilla"), "x-amz-date authorization /");
    EXPECT_EQ(sent("post-sts-header-before"), "x-amz-date x-amz-security-token authorization /");
    EXPECT_EQ(sent("s3-key-token"),
              "x-amz-date x-amz-content-sha256 x-amz-security-token authorization /bucket/a");
    EXPECT_EQ(sent("s3-docs-list-objects"),
              "x-amz-date x-amz-content-sha256 authorization /?max-keys=2&prefix=J");
}

TEST(SigV4, NeverSendsTheSecret) {
    for (const SigningVector& vector : vectors()) {
        SigV4Signer signer;
        const SignedVector given(vector, signer);
        const Signature made =
            signer.sign(given.request, given.identity, given.scope, time_of(vector.at));
        EXPECT_THAT(made.authorization + made.target,
                    Not(HasSubstr(std::string(vector.secret_key))));
    }
}

TEST(CanonicalUri, NormalisesPaths) {
    const auto normalised = [](std::string_view path) {
        std::string into;
        append_normalised_path(into, path);
        return into;
    };
    EXPECT_EQ(normalised("/"), "/");
    EXPECT_EQ(normalised(""), "/");
    EXPECT_EQ(normalised("/a/./b/../c"), "/a/c");
    EXPECT_EQ(normalised("/../../a/"), "/a/");
    EXPECT_EQ(normalised("/a%20b"), "/a%2520b");
}

// RFC 4231, test cases 1 and 2; FIPS 180-4's "abc".
TEST(Sha256, AgreesWithTheStandards) {
    const auto hex = [](const Sha256Digest& digest) {
        const auto text = hex_of(digest);
        return std::string(text.data(), text.size());
    };
    Sha256 sha256;
    EXPECT_EQ(hex(sha256.digest({"a", "", "bc"})),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256.digest({})), kEmptySha256);
    EXPECT_EQ(hex(sha256.hmac(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(sha256.hmac("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // No key is an empty key, and not the one before.
    EXPECT_EQ(hex(sha256.hmac({}, "")),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace aside::wire
