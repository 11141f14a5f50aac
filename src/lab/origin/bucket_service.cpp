#include "lab/origin/bucket_service.h"

#include <algorithm>
#include <expected>
#include <limits>

#include "wire/entity_tag.h"
#include "wire/http_target.h"

namespace aside::lab {

namespace {

using origin::FaultKind;
using wire::Method;

HttpReply s3_error(unsigned status, std::string_view code, std::string_view message) {
    HttpReply reply{.status = status, .content_type = "application/xml"};
    reply.body.append(R"(<?xml version="1.0" encoding="UTF-8"?>)").append("\n<Error><Code>");
    reply.body.append(code).append("</Code><Message>").append(message);
    reply.body.append("</Message></Error>");
    return reply;
}

HttpReply no_such_key() {
    return s3_error(404, "NoSuchKey", "The specified key does not exist.");
}

std::optional<HttpReply> reply_of(Errc code) {
    if (is_silence(code)) return std::nullopt;
    if (load_end_of(code) == LoadEnd::throttled) {
        return s3_error(503, "SlowDown", "Please reduce your request rate.");
    }
    if (code == Errc::denied) return s3_error(403, "AccessDenied", "Access Denied");
    return s3_error(500, "InternalError", "We encountered an internal error. Please try again.");
}

// The object's key in "/objects/KEY"; or what is said to any other request.
std::expected<std::string, HttpReply> key_of(const OriginRequest& request) {
    if (request.method != Method::get && request.method != Method::head) {
        return std::unexpected(s3_error(405, "MethodNotAllowed",
                                        "The specified method is not allowed against this "
                                        "resource."));
    }
    const wire::Target target = wire::split_target(request.target);
    std::string scratch;
    const auto path = wire::percent_decode(target.path, scratch);
    if (!path) return std::unexpected(s3_error(400, "InvalidURI", "Could not parse the URI."));
    const std::string_view place = path->substr(std::min<std::size_t>(1, path->size()));
    const std::size_t slash = std::min(place.find('/'), place.size());
    if (place.substr(0, slash) != kBucketName) {
        return std::unexpected(
            s3_error(404, "NoSuchBucket", "The specified bucket does not exist"));
    }
    const std::string_view key = place.substr(std::min(slash + 1, place.size()));
    std::string version;
    const auto versioned = wire::query_parameter(target.query, "versionId", version);
    if (key.empty() || !versioned || *versioned) {
        return std::unexpected(
            s3_error(501, "NotImplemented", "Only objects are read here, without versions."));
    }
    return std::string(key);
}

}  // namespace

HttpReply BucketService::found(std::uint32_t object, std::uint32_t generation,
                               const OriginRequest& request, bool damaged) const {
    const std::string tag = Dataset::entity_tag(object, generation);
    HttpReply reply{.fields = "ETag: " + tag + "\r\n"};
    if (!request.if_none_match.empty() && wire::names_tag(request.if_none_match, tag)) {
        reply.status = 304;
        return reply;
    }
    reply.content_type = "application/json";
    reply.body = dataset_.body(object, generation);
    if (damaged) reply.body.resize(reply.body.size() / 2);
    return reply;
}

runtime::Task<StoreAnswer> BucketService::answer(runtime::Worker& worker,
                                                 const OriginRequest& request) {
    const bool to_head = request.method == Method::head;
    StoreAnswer answer;
    const auto say = [&](std::optional<HttpReply> reply) {
        if (reply) reply->to_head = to_head;
        answer.reply = std::move(reply);
    };
    const auto key = key_of(request);
    if (!key) {
        say(key.error());
        co_return answer;
    }
    origin::FaultCall call(faults_);
    const std::uint32_t object = dataset_.object_of(*key);
    const bool there = object != Dataset::kNoNumber;
    const std::uint32_t generation = there ? dataset_.generation(object) : 0;
    OriginLoad& load = answer.loads.emplace_back(OriginLoad{
        .began = worker.now(),
        .number = object,
        .kind = LoadKind::object,
        .conditional = !request.if_none_match.empty(),
        .in_progress = saturated(call.in_progress()),
    });
    const auto met = co_await call.meet(worker, kNever);
    if (!met) {
        load.end = load_end_of(met.error().code);
        say(reply_of(met.error().code));
    } else if (!there || *met == FaultKind::absent) {
        load.end = LoadEnd::absent;
        say(no_such_key());
    } else {
        HttpReply reply = found(object, generation, request, *met == FaultKind::damage);
        load.end = reply.status == 304 ? LoadEnd::not_modified : LoadEnd::found;
        say(std::move(reply));
    }
    co_return answer;
}

}  // namespace aside::lab
