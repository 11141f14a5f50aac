#include "wire/http_response_head.h"

#include <charconv>
#include <cstring>

#include <boost/beast/http/basic_parser.hpp>

#include "wire/http_grammar.h"

namespace aside::wire {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;

}  // namespace

// Beast reads the grammar; this class takes what we need of it and refuses what Beast puts up with.
class ResponseHeadParser final : public http::basic_parser<false> {
  public:
    explicit ResponseHeadParser(std::string head, bool to_head) {
        result_.bytes_ = std::move(head);
        header_limit(static_cast<std::uint32_t>(result_.bytes_.size()) + 1);
        body_limit(boost::none);
        skip(to_head);
    }

    Result<ResponseHead> parse(bool to_head) {
        const std::string& head = result_.bytes_;
        boost::system::error_code error;
        const std::size_t used = put(boost::asio::const_buffer(head.data(), head.size()), error);
        if (!why_.empty()) return fail(Errc::protocol, std::string(why_));
        if (error || used != head.size() || !is_header_done()) {
            return fail(Errc::protocol, "malformed head of a response");
        }
        if (has_length_ && has_coding_) return fail(Errc::protocol, "two body lengths");
        if (has_coding_ && !http_1_1_) {
            return fail(Errc::protocol, "a transfer coding in HTTP/1.0");
        }
        result_.framing = framing(to_head);
        result_.keep_alive = keep_alive() && result_.framing != BodyFraming::until_close;
        return std::move(result_);
    }

  private:
    BodyFraming framing(bool to_head) const {
        const unsigned status = result_.status;
        if (to_head || status / 100 == 1 || status == 204 || status == 304) {
            return BodyFraming::none;
        }
        if (has_coding_) return BodyFraming::chunked;
        return has_length_ ? BodyFraming::counted : BodyFraming::until_close;
    }

    void stop(boost::system::error_code& error, std::string_view why) {
        why_ = why;
        error = http::error::bad_value;
    }

    std::uint32_t place_of(string_view part) const {
        return static_cast<std::uint32_t>(part.data() - result_.bytes_.data());
    }

    // Beast joins folded lines, in a buffer of its own or by passing over empty ones.
    bool is_folded(string_view name, string_view value) const {
        const char* const from = name.data() + name.size() + 1;
        const char* const end = result_.bytes_.data() + result_.bytes_.size();
        if (value.data() < from || value.data() + value.size() > end) return true;
        return std::memchr(from, '\n', static_cast<std::size_t>(value.data() - from)) != nullptr;
    }

    void on_response_impl(int status, string_view, int version,
                          boost::system::error_code& error) override {
        result_.status = static_cast<unsigned>(status);
        http_1_1_ = version == 11;
        if (status < 100) stop(error, "malformed status");
    }

    void on_field_impl(http::field field, string_view name, string_view value,
                       boost::system::error_code& error) override {
        if (is_folded(name, value)) return stop(error, "folded field line");
        result_.places_.push_back({place_of(name), static_cast<std::uint32_t>(name.size()),
                                   value.empty() ? 0 : place_of(value),
                                   static_cast<std::uint32_t>(value.size())});
        if (field == http::field::content_length) {
            if (std::exchange(has_length_, true)) return stop(error, "two Content-Length fields");
            const char* const end = value.data() + value.size();
            const auto [stopped, code] = std::from_chars(value.data(), end, result_.content_length);
            if (code != std::errc() || stopped != end) stop(error, "malformed Content-Length");
        } else if (field == http::field::transfer_encoding) {
            if (std::exchange(has_coding_, true))
                return stop(error, "two Transfer-Encoding fields");
            if (!same_ignoring_case({value.data(), value.size()}, "chunked")) {
                stop(error, "the only transfer coding known is chunked");
            }
        }
    }

    void on_request_impl(http::verb, string_view, string_view, int,
                         boost::system::error_code&) override {}
    void on_header_impl(boost::system::error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&,
                           boost::system::error_code&) override {}
    std::size_t on_body_impl(string_view, boost::system::error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, boost::system::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view,
                                   boost::system::error_code&) override {
        return 0;
    }
    void on_finish_impl(boost::system::error_code&) override {}

    ResponseHead result_;
    bool http_1_1_ = true;
    bool has_length_ = false, has_coding_ = false;
    std::string_view why_;  // not empty: refused
};

std::string_view ResponseHead::field(std::string_view name) const {
    const std::string_view bytes = bytes_;
    for (const Place& place : places_) {
        if (same_ignoring_case(bytes.substr(place.name_at, place.name_size), name)) {
            return bytes.substr(place.value_at, place.value_size);
        }
    }
    return {};
}

std::vector<HttpField> ResponseHead::fields() const {
    const std::string_view bytes = bytes_;
    std::vector<HttpField> all;
    all.reserve(places_.size());
    for (const Place& place : places_) {
        all.push_back({bytes.substr(place.name_at, place.name_size),
                       bytes.substr(place.value_at, place.value_size)});
    }
    return all;
}

Result<ResponseHead> parse_response_head(std::string head, bool to_head) {
    return ResponseHeadParser(std::move(head), to_head).parse(to_head);
}

}  // namespace aside::wire
