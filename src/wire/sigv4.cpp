#include "wire/sigv4.h"

#include <algorithm>
#include <utility>

#include <openssl/crypto.h>

#include "wire/canonical_uri.h"

namespace aside::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kDateDigits = 8;

template <std::size_t N>
std::string_view view(const std::array<char, N>& text) {
    return {text.data(), text.size()};
}

void put_digits(char* at, unsigned digits, unsigned number) {
    for (; digits > 0; --digits, number /= 10) {
        at[digits - 1] = static_cast<char>('0' + number % 10);
    }
}

// "20150830T123600Z"
std::array<char, 16> date_time(WallTime when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    std::array<char, 16> text;
    put_digits(&text[0], 4, static_cast<unsigned>(static_cast<int>(date.year())));
    put_digits(&text[4], 2, static_cast<unsigned>(date.month()));
    put_digits(&text[6], 2, static_cast<unsigned>(date.day()));
    text[8] = 'T';
    put_digits(&text[9], 2, static_cast<unsigned>(time.hours().count()));
    put_digits(&text[11], 2, static_cast<unsigned>(time.minutes().count()));
    put_digits(&text[13], 2, static_cast<unsigned>(time.seconds().count()));
    text[15] = 'Z';
    return text;
}

std::string lower_case(std::string_view name) {
    std::string lowered(name);
    for (char& c : lowered) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lowered;
}

// Without space at its ends, and with one where there are several.
void append_trimmed(std::string& into, std::string_view value) {
    constexpr std::string_view kSpace = " \t";
    bool first = true;
    for (;;) {
        value.remove_prefix(std::min(value.find_first_not_of(kSpace), value.size()));
        if (value.empty()) return;
        if (!std::exchange(first, false)) into.push_back(' ');
        const std::size_t word = std::min(value.find_first_of(kSpace), value.size());
        into.append(value.substr(0, word));
        value.remove_prefix(word);
    }
}

void append_scope(std::string& into, std::string_view date, const SigningScope& scope) {
    into.append(date.substr(0, kDateDigits)).append("/").append(scope.region).append("/");
    into.append(scope.service).append("/").append(kTerminator);
}

std::string target_of(std::string_view path, std::string_view query) {
    std::string target;
    target.reserve(path.size() + 1 + query.size());
    target.append(path);
    if (!query.empty()) target.append("?").append(query);
    return target;
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

}  // namespace

void Signature::append_fields(std::vector<HttpField>& into) const {
    into.push_back({"x-amz-date", view(date)});
    if (!payload_sha256.empty()) into.push_back({"x-amz-content-sha256", payload_sha256});
    if (!session_token.empty()) into.push_back({"x-amz-security-token", session_token});
    into.push_back({"authorization", authorization});
}

SigV4Signer::~SigV4Signer() {
    for (DerivedKey& kept : keys_) {
        wipe(kept.secret);
        OPENSSL_cleanse(kept.key.data(), kept.key.size());
    }
}

Signature SigV4Signer::sign(const SignableRequest& request, const SigningIdentity& identity,
                            const SigningScope& scope, WallTime at) {
    Signature result;
    result.date = date_time(at);
    if (scope.rules == SigningRules::s3) result.payload_sha256 = request.payload_sha256;
    result.session_token = identity.session_token;
    collect(request.fields);
    fields_.push_back({"x-amz-date", view(result.date)});
    if (!result.payload_sha256.empty()) {
        fields_.push_back({"x-amz-content-sha256", result.payload_sha256});
    }
    if (!result.session_token.empty()) {
        fields_.push_back({"x-amz-security-token", result.session_token});
    }
    put_in_order();
    const std::string query = canonical_query(request.query);
    write_canonical(request, scope.rules, query);
    const auto proof = signature(identity, scope, view(result.date));

    result.target = target_of(request.path, query);
    std::string& text = result.authorization;
    text.reserve(256 + signed_names_.size());
    text.append(kAlgorithm).append(" Credential=").append(identity.access_key_id).append("/");
    append_scope(text, view(result.date), scope);
    text.append(", SignedHeaders=").append(signed_names_);
    text.append(", Signature=").append(view(proof));
    return result;
}

std::string SigV4Signer::presign(const SignableRequest& request, const SigningIdentity& identity,
                                 const SigningScope& scope, WallTime at,
                                 std::chrono::seconds valid_for) {
    const std::array<char, 16> date = date_time(at);
    std::string credential(identity.access_key_id);
    credential.push_back('/');
    append_scope(credential, view(date), scope);
    const std::string expires = std::to_string(valid_for.count());
    collect(request.fields);
    put_in_order();

    std::vector<QueryParameter> parameters(request.query.begin(), request.query.end());
    parameters.insert(parameters.end(), {{"X-Amz-Algorithm", kAlgorithm},
                                         {"X-Amz-Credential", credential},
                                         {"X-Amz-Date", view(date)},
                                         {"X-Amz-Expires", expires},
                                         {"X-Amz-SignedHeaders", signed_names_}});
    if (!identity.session_token.empty()) {
        parameters.push_back({"X-Amz-Security-Token", identity.session_token});
    }
    std::string query = canonical_query(parameters);
    write_canonical(request, scope.rules, query);
    const auto proof = signature(identity, scope, view(date));
    query.append("&X-Amz-Signature=").append(view(proof));
    return target_of(request.path, query);
}

void SigV4Signer::collect(std::span<const HttpField> fields) {
    fields_.clear();
    for (const HttpField& field : fields) fields_.push_back({lower_case(field.name), field.value});
}

void SigV4Signer::put_in_order() {
    // By name alone: what comes under one name stays in the order it is sent in.
    for (std::size_t i = 0; i < fields_.size(); ++i) fields_[i].place = i;
    std::ranges::sort(fields_, {}, [](const CanonicalField& field) {
        return std::pair<std::string_view, std::size_t>(field.name, field.place);
    });
    signed_names_.clear();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (i > 0 && fields_[i].name == fields_[i - 1].name) continue;
        if (i > 0) signed_names_.push_back(';');
        signed_names_.append(fields_[i].name);
    }
}

void SigV4Signer::write_canonical(const SignableRequest& request, SigningRules rules,
                                  std::string_view query) {
    canonical_.clear();
    canonical_.append(request.method).append("\n");
    if (rules == SigningRules::s3) {
        canonical_.append(request.path);
    } else {
        append_normalised_path(canonical_, request.path);
    }
    canonical_.append("\n").append(query).append("\n");
    const CanonicalField* before = nullptr;
    for (const CanonicalField& field : fields_) {
        if (before && before->name == field.name) {
            canonical_.push_back(',');
        } else {
            if (before) canonical_.push_back('\n');
            canonical_.append(field.name).append(":");
        }
        append_trimmed(canonical_, field.value);
        before = &field;
    }
    if (before) canonical_.push_back('\n');
    canonical_.append("\n").append(signed_names_).append("\n").append(request.payload_sha256);
}

std::array<char, 64> SigV4Signer::signature(const SigningIdentity& identity,
                                            const SigningScope& scope, std::string_view date) {
    text_to_sign_.clear();
    text_to_sign_.append(kAlgorithm).append("\n").append(date).append("\n");
    append_scope(text_to_sign_, date, scope);
    text_to_sign_.append("\n").append(view(hex_of(sha256_.digest({canonical_}))));
    const Sha256Digest& key =
        key_for(identity.secret_access_key, scope, date.substr(0, kDateDigits));
    return hex_of(sha256_.hmac(bytes_of(key), text_to_sign_));
}

const Sha256Digest& SigV4Signer::key_for(std::string_view secret, const SigningScope& scope,
                                         std::string_view date) {
    for (const DerivedKey& kept : keys_) {
        if (kept.date == date && kept.region == scope.region && kept.service == scope.service &&
            kept.secret == secret) {
            return kept.key;
        }
    }
    std::string begin = "AWS4" + std::string(secret);
    Sha256Digest key = sha256_.hmac(begin, date);
    wipe(begin);
    for (const std::string_view part : {scope.region, scope.service, kTerminator}) {
        key = sha256_.hmac(bytes_of(key), part);
    }
    DerivedKey derived{std::string(secret), std::string(date), std::string(scope.region),
                       std::string(scope.service), key};
    if (keys_.size() < kKeysKept) {
        keys_.reserve(kKeysKept);
        keys_.push_back(std::move(derived));
        return keys_.back().key;
    }
    DerivedKey& oldest = keys_[std::exchange(next_replaced_, (next_replaced_ + 1) % kKeysKept)];
    wipe(oldest.secret);
    oldest = std::move(derived);
    return oldest.key;
}

}  // namespace aside::wire
