#include "wire/role_credentials.h"

#include <algorithm>

#include "wire/http_date.h"
#include "wire/json_parser.h"
#include "wire/one_line.h"
#include "wire/xml_text.h"

namespace aside::wire {
namespace {

std::unexpected<Error> refused(std::string_view code, std::string_view message) {
    return fail(Errc::denied, one_line(code) + (message.empty() ? "" : ": " + one_line(message)));
}

// A key goes into a field of HTTP: nothing else than visible ASCII can be one.
bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

Result<RoleCredentials> checked(std::string_view id, std::string_view secret,
                                std::string_view token, std::string_view expiration) {
    if (!is_visible(id) || !is_visible(secret) || !is_visible(token)) {
        return fail(Errc::protocol, "credentials without an access key, a secret or a token");
    }
    const auto expires = parse_iso_time(expiration);
    if (!expires) return fail(Errc::protocol, "credentials that do not say when they expire");
    return RoleCredentials{std::string(id), Secret(std::string(secret)), Secret(std::string(token)),
                           *expires};
}

std::string_view member(simdjson::dom::object object, std::string_view name) {
    std::string_view text;
    if (object[name].get(text)) return {};
    return text;
}

}  // namespace

Result<RoleCredentials> decode_role_json(std::string_view json) {
    return with_json(json, [](auto document) -> Result<RoleCredentials> {
        simdjson::dom::object object;
        if (document.get(object))
            return fail(Errc::protocol, "credentials that are no JSON object");
        const std::string_view code = member(object, "Code");
        if (!code.empty() && code != "Success") return refused(code, member(object, "Message"));
        return checked(member(object, "AccessKeyId"), member(object, "SecretAccessKey"),
                       member(object, "Token"), member(object, "Expiration"));
    });
}

Result<RoleCredentials> decode_role_xml(std::string_view xml) {
    const auto document = XmlDocument::parse(xml);
    if (!document) return fail(document.error());
    if (document->root() != "AssumeRoleWithWebIdentityResponse") {
        return fail(Errc::protocol, "not an answer of STS");
    }
    const auto part = [&](std::string_view name) {
        return document->text("AssumeRoleWithWebIdentityResult/Credentials/" + std::string(name));
    };
    return checked(part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken"),
                   part("Expiration"));
}

std::optional<StsError> decode_sts_error(std::string_view xml) {
    const auto document = XmlDocument::parse(xml);
    if (!document || document->root() != "ErrorResponse") return std::nullopt;
    StsError error{one_line(document->text("Error/Code")),
                   one_line(document->text("Error/Message"))};
    if (error.code.empty()) return std::nullopt;
    return error;
}

}  // namespace aside::wire
