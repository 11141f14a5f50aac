#include "redis/value_codec.h"

#include <algorithm>

namespace aside::redis {

namespace {

WallTime wall_of(SteadyTime time, const runtime::Worker& worker) {
    if (time == kNever) return WallTime::max();
    return worker.wall_now() + (time - worker.now());
}

}  // namespace

std::optional<Duration> time_to_live(const RemoteFill& fill, SteadyTime now,
                                     const TierOptions& options) {
    if (!stored_raw(fill.value->kind(), options)) return fill.keep_for;
    const Duration age = std::max(now - fill.value->origin_time(), Duration::zero());
    if (age >= options.raw_ttl) return std::nullopt;
    return options.raw_ttl - age;
}

bool encode_fill(std::string& out, const RemoteFill& fill, const runtime::Worker& worker,
                 const TierOptions& options) {
    const Value& value = *fill.value;
    if (stored_raw(value.kind(), options)) {
        if (value.absent()) return false;
        out += value.body();
        return true;
    }
    const wire::Envelope envelope{.absent = value.absent(),
                                  .validator = value.validator(),
                                  .body = value.body(),
                                  .origin_time = wall_of(value.origin_time(), worker),
                                  .fresh_until = wall_of(value.fresh_until(), worker)};
    wire::append_envelope(out, envelope, wire::envelope_fingerprint(value.kind(), value.key()),
                          options.envelope);
    return true;
}

void ValueDecoder::decode_raw(std::string_view bytes, Duration left, WallTime now,
                              RemoteAnswer& answer) const {
    const Duration known = left < Duration{} ? Duration{} : std::min(left, options_.raw_ttl);
    answer.absent = false;
    answer.unchecked = true;
    answer.validator = {};
    answer.body = bytes;
    answer.origin_time = now - (options_.raw_ttl - known);
    answer.fresh_until = answer.origin_time + options_.raw_fresh;
}

Result<void> ValueDecoder::decode(RemoteKey key, std::string_view bytes, Duration left,
                                  WallTime now, RemoteAnswer& answer) {
    if (stored_raw(key.kind, options_)) {
        if (bytes.size() > options_.value_max_bytes) {
            return fail(Errc::too_large, "a value of L2 is over the limit");
        }
        decode_raw(bytes, left, now, answer);
    } else {
        const auto envelope = reader_.read(bytes, wire::envelope_fingerprint(key.kind, key.bytes),
                                           options_.value_max_bytes);
        if (!envelope) return fail(envelope.error());
        answer.absent = envelope->absent;
        answer.validator = envelope->validator;
        answer.body = envelope->body;
        answer.origin_time = envelope->origin_time;
        answer.fresh_until = envelope->fresh_until;
    }
    answer.state = RemoteState::hit;
    return {};
}

}  // namespace aside::redis
