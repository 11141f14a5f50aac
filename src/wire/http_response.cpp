#include "wire/http_response.h"

#include <algorithm>

namespace aside::wire {
namespace {

bool is_too_large(const Refusal& refusal) {
    constexpr unsigned kContentTooLarge = 413;
    return refusal.status == kContentTooLarge;
}

std::unexpected<Error> body_refused(const Refusal& refusal) {
    return fail(is_too_large(refusal) ? Errc::too_large : Errc::protocol, std::string(refusal.why));
}

}  // namespace

ResponseReader::ResponseReader(ResponseLimits limits, bool to_head)
    : limits_(std::move(limits)), to_head_(to_head) {}

Result<std::size_t> ResponseReader::feed(std::string_view bytes) {
    std::size_t used = 0;
    begun_ = begun_ || !bytes.empty();
    while (used < bytes.size() && !done()) {
        const std::string_view rest = bytes.substr(used);
        const Result<std::size_t> taken = head_ ? feed_body(rest) : feed_head(rest);
        if (!taken) return taken;
        used += *taken;
    }
    return used;
}

Result<std::size_t> ResponseReader::feed_head(std::string_view bytes) {
    const std::size_t before = head_bytes_.size();
    // One byte over the limit is enough to know.
    head_bytes_.append(bytes.substr(0, limits_.head_bytes + 1 - before));
    const std::size_t end = find_head_end(head_bytes_, scanned_);
    if (end == 0 ? head_bytes_.size() > limits_.head_bytes : end > limits_.head_bytes) {
        return fail(Errc::too_large, "the head of the response is too large");
    }
    if (end == 0) return bytes.size();
    head_bytes_.resize(end);
    const Result<void> taken = take_head();
    if (!taken) return fail(taken.error());
    return end - before;
}

Result<void> ResponseReader::take_head() {
    scanned_ = 0;
    Result<ResponseHead> head = parse_response_head(std::exchange(head_bytes_, {}), to_head_);
    if (!head) return fail(std::move(head.error()));
    constexpr unsigned kSwitchingProtocols = 101;
    if (head->status == kSwitchingProtocols) {
        return fail(Errc::protocol, "the server changes the protocol unasked");
    }
    if (head->status / 100 == 1) {
        if (++interim_ > kMaxInterim) return fail(Errc::protocol, "too many interim responses");
        return {};
    }
    const bool succeeded = head->status / 100 == 2;
    body_limit_ = succeeded ? limits_.body_bytes : limits_.error_body_bytes;
    admitting_ = succeeded && limits_.admit;
    head_.emplace(std::move(*head));
    body_.emplace(head_->framing, head_->content_length, body_limit_);
    if (const auto begun = body_->feed({}); !begun) {
        if (!drop_body(begun.error())) return body_refused(begun.error());
    } else if (head_->framing == BodyFraming::counted) {
        return make_room(head_->content_length);
    }
    return {};
}

Result<std::size_t> ResponseReader::feed_body(std::string_view bytes) {
    // Room for a counted body was made with its head.
    const std::uint64_t most = std::min(body_->size() + bytes.size(), body_limit_);
    if (head_->framing != BodyFraming::counted && most > admitted_) {
        const std::uint64_t wanted = std::max({most, 2 * admitted_, kFirstAdmitted});
        const Result<void> room = make_room(std::min(wanted, body_limit_));
        if (!room) return fail(room.error());
    }
    const auto used = body_->feed(bytes);
    if (used) return *used;
    if (!drop_body(used.error())) return body_refused(used.error());
    return bytes.size();
}

// The status of an error says enough; nobody reads the rest of such a body off the connection.
bool ResponseReader::drop_body(const Refusal& refusal) {
    if (head_->status / 100 == 2 || !is_too_large(refusal)) return false;
    body_.emplace(BodyFraming::none, 0, 0);
    head_->keep_alive = false;
    return true;
}

Result<void> ResponseReader::make_room(std::uint64_t bytes) {
    if (admitting_ && !limits_.admit(bytes)) {
        return fail(Error{Errc::bytes_in_flight, "no room for the body", bytes});
    }
    admitted_ = bytes;
    body_->reserve(bytes);
    return {};
}

Result<void> ResponseReader::end_of_stream() {
    if (done()) return {};
    if (!begun_) return fail(Errc::connection_lost, "the connection ended without an answer");
    if (!head_)
        return fail(Errc::connection_lost, "the connection ended in the head of the answer");
    if (body_->end_of_stream()) return {};
    std::string why = "the body ended after " + std::to_string(body_->size());
    if (head_->framing == BodyFraming::counted) {
        why += " of " + std::to_string(head_->content_length);
    }
    return fail(Errc::connection_lost, why + " bytes");
}

}  // namespace aside::wire
