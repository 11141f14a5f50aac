// What is signed does not depend on the order of query and fields, or on the case of names; the
// target decodes to what was given.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "wire/canonical_uri.h"
#include "wire/sigv4.h"
#include "wire/uri_encode.h"

namespace {

using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

int digit(char c) {
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

std::string decoded(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes.push_back(text[i]);
            continue;
        }
        require(i + 2 < text.size());
        bytes.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
        i += 2;
    }
    return bytes;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

void check_query(std::string_view text) {
    std::vector<QueryParameter> parameters;
    for (const std::string_view part : split(text, '\n')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        parameters.push_back(
            {part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))});
    }
    const std::string query = canonical_query(parameters);
    std::ranges::reverse(parameters);
    require(canonical_query(parameters) == query);
    std::size_t found = 0;
    for (const std::string_view part : split(query, '&')) {
        const std::size_t equals = part.find('=');
        require(equals != std::string_view::npos);
        const std::string name = decoded(part.substr(0, equals));
        const std::string value = decoded(part.substr(equals + 1));
        found += static_cast<std::size_t>(std::ranges::count_if(parameters, [&](const auto& p) {
                                              return p.name == name && p.value == value;
                                          }) > 0);
    }
    require(found == parameters.size());
}

void check_path(std::string_view key) {
    std::string path = "/";
    append_path_encoded(path, key);
    require(decoded(path) == "/" + std::string(key));
    std::string normalised;
    append_normalised_path(normalised, path);
    require(normalised.starts_with('/'));
    require(normalised.find("//") == std::string::npos);
    require(normalised.find("/../") == std::string::npos && !normalised.ends_with("/.."));
}

std::string upper_case(std::string_view name) {
    std::string upper(name);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return upper;
}

void check_fields(std::string_view text) {
    std::vector<HttpField> fields;
    // In upper case and the other way round; what comes under one name keeps its order.
    std::map<std::string, std::vector<std::string_view>, std::greater<>> by_name;
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos) continue;
        fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
        by_name[upper_case(fields.back().name)].push_back(fields.back().value);
    }
    std::vector<HttpField> moved;
    for (const auto& [name, values] : by_name) {
        for (const std::string_view value : values) moved.push_back({name, value});
    }
    SigV4Signer signer;
    const auto sign = [&](const std::vector<HttpField>& given) {
        return signer
            .sign({.method = "GET", .path = "/", .fields = given}, {"id", "secret", "token"},
                  {"region", "s3", SigningRules::s3}, {})
            .authorization;
    };
    require(sign(fields) == sign(moved));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_query(bytes);
    check_path(bytes);
    check_fields(bytes);
    return 0;
}
