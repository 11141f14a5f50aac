// What signing a request costs, beside one SHA-256 of 1 KiB by the same library.
#include <string>

#include <benchmark/benchmark.h>

#include "wire/sigv4.h"

namespace aside::wire {
namespace {

constexpr SigningIdentity kIdentity{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
constexpr WallTime kAt{std::chrono::seconds(1440938160)};

void sha256_of_1_kib(benchmark::State& state) {
    Sha256 sha256;
    const std::string kilobyte(1024, 'v');
    for (auto _ : state) benchmark::DoNotOptimize(sha256.digest({kilobyte}));
}
BENCHMARK(sha256_of_1_kib);

void sign_s3_get(benchmark::State& state) {
    SigV4Signer signer;
    const HttpField fields[] = {{"host", "bucket.s3.eu-central-1.amazonaws.com"},
                                {"if-none-match", "\"9b2cf535f27731c974343645a3985328\""}};
    const SigningScope scope{"eu-central-1", "s3", SigningRules::s3};
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            signer.sign({.method = "GET", .path = "/prefix/gb/ENG.json", .fields = fields},
                        kIdentity, scope, kAt));
    }
}
BENCHMARK(sign_s3_get);

// With a session token, as roles give it, and the digest of the body.
void sign_dynamodb_post(benchmark::State& state) {
    SigV4Signer signer;
    const std::string token(800, 't');
    const std::string body(300, 'b');
    const SigningIdentity identity{"AKIDEXAMPLE", kIdentity.secret_access_key, token};
    const HttpField fields[] = {{"host", "dynamodb.eu-central-1.amazonaws.com"},
                                {"content-type", "application/x-amz-json-1.0"},
                                {"x-amz-target", "DynamoDB_20120810.GetItem"}};
    const SigningScope scope{"eu-central-1", "dynamodb"};
    for (auto _ : state) {
        const auto payload = hex_of(signer.hash().digest({body}));
        benchmark::DoNotOptimize(signer.sign({.method = "POST",
                                              .path = "/",
                                              .fields = fields,
                                              .payload_sha256 = {payload.data(), payload.size()}},
                                             identity, scope, kAt));
    }
}
BENCHMARK(sign_dynamodb_post);

}  // namespace
}  // namespace aside::wire
