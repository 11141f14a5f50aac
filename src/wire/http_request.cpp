#include "wire/http_request.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <boost/beast/http/basic_parser.hpp>

#include "wire/http_grammar.h"

namespace aside::wire {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;

std::string_view view(string_view text) {
    return {text.data(), text.size()};
}

Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::delete_:
            return Method::remove;
        default:
            return Method::other;
    }
}

bool is_host(std::string_view host) {
    return host.find_first_of(" \t\"/?#@\\,<>^`{|}") == std::string_view::npos;
}

// Beast reads the grammar; this class takes what we need of it and refuses what Beast puts up with.
class HeadParser final : public http::basic_parser<true> {
  public:
    explicit HeadParser(std::string_view head) : head_(head) {
        header_limit(static_cast<std::uint32_t>(head.size()) + 1);
        body_limit(boost::none);
    }

    std::expected<RequestHead, Refusal> parse() {
        boost::system::error_code error;
        const std::size_t used = put(boost::asio::const_buffer(head_.data(), head_.size()), error);
        if (refused_) return std::unexpected(*refused_);
        if (error == http::error::bad_version && names_other_version()) {
            return refuse(505, "only HTTP/1.0 and HTTP/1.1");
        }
        if (error == http::error::bad_transfer_encoding ||
            error == http::error::bad_content_length ||
            error == http::error::multiple_content_length) {
            return refuse(400, "contradicting or malformed body length");
        }
        if (error || used != head_.size() || !is_header_done())
            return refuse(400, "malformed request");
        return checked();
    }

  private:
    static std::unexpected<Refusal> refuse(unsigned status, std::string_view why) {
        return std::unexpected(Refusal{status, why});
    }

    // A well-formed version that is not ours, as against a line that is merely broken.
    bool names_other_version() const {
        const std::string_view line = head_.substr(0, head_.find("\r\n"));
        constexpr std::string_view kForm = " HTTP/N.N";
        if (line.size() < kForm.size()) return false;
        const std::string_view version = line.substr(line.size() - kForm.size());
        return version.starts_with(" HTTP/") && version[7] == '.' && !version.ends_with("1.0") &&
               !version.ends_with("1.1");
    }

    std::expected<RequestHead, Refusal> checked() {
        if (seen_.content_length && seen_.transfer_encoding) return refuse(400, "two body lengths");
        if (seen_.transfer_encoding && !result_.http_1_1) {
            return refuse(400, "a transfer coding in HTTP/1.0");
        }
        if (result_.http_1_1 && !seen_.host) return refuse(400, "no Host");
        result_.keep_alive = keep_alive();
        // RFC 9110 section 10.1.1: a client of HTTP/1.0 does not know what a 100 is.
        if (!result_.http_1_1) result_.expects_continue = false;
        return result_;
    }

    void stop(boost::system::error_code& error, unsigned status, std::string_view why) {
        refused_ = Refusal{status, why};
        error = http::error::bad_value;
    }

    // True the first time; a field that may come only once is refused the second time.
    bool once(bool& seen, boost::system::error_code& error, std::string_view why) {
        if (seen) stop(error, 400, why);
        return !std::exchange(seen, true);
    }

    // Beast joins folded lines, in a buffer of its own or by passing over empty ones; RFC 9112
    // section 5.2 lets us refuse.
    bool is_folded(string_view name, string_view value) const {
        const char* from = name.data() + name.size() + 1;
        if (value.data() < from || value.data() + value.size() > head_.data() + head_.size())
            return true;
        return std::memchr(from, '\n', static_cast<std::size_t>(value.data() - from)) != nullptr;
    }

    void on_request_impl(http::verb verb, string_view, string_view target, int version,
                         boost::system::error_code&) override {
        result_.method = method_of(verb);
        result_.target = view(target);
        result_.http_1_1 = version == 11;
    }

    void on_field_impl(http::field field, string_view name, string_view value,
                       boost::system::error_code& error) override {
        if (is_folded(name, value)) return stop(error, 400, "folded field line");
        switch (field) {
            case http::field::host:
                if (!once(seen_.host, error, "two Host fields")) return;
                result_.host = view(value);
                if (!is_host(result_.host)) stop(error, 400, "malformed Host");
                return;
            case http::field::content_length:
                if (!once(seen_.content_length, error, "two Content-Length fields")) return;
                return read_length(view(value), error);
            case http::field::transfer_encoding:
                if (!once(seen_.transfer_encoding, error, "two Transfer-Encoding fields")) return;
                if (!same_ignoring_case(view(value), "chunked")) {
                    return stop(error, 501, "the only transfer coding known is chunked");
                }
                result_.chunked = true;
                return;
            case http::field::expect:
                if (!same_ignoring_case(view(value), "100-continue")) {
                    return stop(error, 417, "the only expectation known is 100-continue");
                }
                result_.expects_continue = true;
                return;
            case http::field::if_none_match:
                result_.if_none_match =
                    std::exchange(seen_.if_none_match, true) ? std::string_view() : view(value);
                return;
            case http::field::authorization:
                if (!once(seen_.authorization, error, "two Authorization fields")) return;
                result_.authorization = view(value);
                return;
            case http::field::origin:
                result_.has_origin = true;
                return;
            case http::field::unknown:
                return read_other(view(name), view(value));
            default:
                return;
        }
    }

    void read_length(std::string_view text, boost::system::error_code& error) {
        const auto [end, code] =
            std::from_chars(text.data(), text.data() + text.size(), result_.content_length);
        if (code != std::errc() || end != text.data() + text.size()) {
            stop(error, 400, "malformed Content-Length");
        }
    }

    void read_other(std::string_view name, std::string_view value) {
        if (same_ignoring_case(name, "x-request-id")) result_.request_id = value;
        if (same_ignoring_case(name, "x-server-timing")) result_.wants_timing = value == "1";
    }

    void on_response_impl(int, string_view, int, boost::system::error_code&) override {}
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

    struct Seen {
        bool host = false, content_length = false, transfer_encoding = false, if_none_match = false,
             authorization = false;
    };

    const std::string_view head_;
    RequestHead result_;
    Seen seen_;
    std::optional<Refusal> refused_;
};

// "http://host:port/path" -> host and "/path" (RFC 9112 section 3.2.2: its authority replaces
// Host).
bool to_origin_form(RequestHead& head) {
    if (head.target.starts_with('/')) return true;
    constexpr std::string_view kScheme = "http://";
    if (head.target.size() < kScheme.size() ||
        !same_ignoring_case(head.target.substr(0, kScheme.size()), kScheme)) {
        return head.target == "*";
    }
    const std::string_view rest = head.target.substr(kScheme.size());
    const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
    if (slash == 0 || !is_host(rest.substr(0, slash))) return false;
    head.host = rest.substr(0, slash);
    head.target = slash == rest.size() ? std::string_view("/") : rest.substr(slash);
    return head.target.starts_with('/');
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t& scanned) {
    const std::size_t from = scanned > 3 ? scanned - 3 : 0;
    const void* found = memmem(bytes.data() + from, bytes.size() - from, "\r\n\r\n", 4);
    scanned = bytes.size();
    if (!found) return 0;
    return static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 4;
}

std::optional<Refusal> over_limit(std::string_view bytes, const HeadLimits& limits) {
    constexpr std::size_t kBesideTarget =
        32;  // method, spaces and version of the request line, generously
    if (bytes.size() > limits.url_bytes + kBesideTarget &&
        !std::memchr(bytes.data(), '\n', limits.url_bytes + kBesideTarget)) {
        return Refusal{414, "the target is too long"};
    }
    if (bytes.size() > limits.header_bytes) return Refusal{431, "the header is too large"};
    return std::nullopt;
}

bool is_looked_at(std::string_view field_name) {
    constexpr std::string_view kNames[] = {
        "host",       "content-length",   "transfer-encoding",
        "expect",     "if-none-match",    "authorization",
        "origin",     "x-request-id",     "x-server-timing",
        "connection", "proxy-connection", "upgrade",  // these three by Beast
    };
    return std::ranges::any_of(
        kNames, [&](std::string_view name) { return same_ignoring_case(field_name, name); });
}

std::expected<RequestHead, Refusal> parse_head(std::string_view head, const HeadLimits& limits) {
    if (auto over = over_limit(head, limits)) return std::unexpected(*over);
    if (head.starts_with("\r\n")) head.remove_prefix(2);
    auto parsed = HeadParser(head).parse();
    if (!parsed) return parsed;
    if (parsed->target.size() > limits.url_bytes) {
        return std::unexpected(Refusal{414, "the target is too long"});
    }
    if (!to_origin_form(*parsed) || parsed->target.find('#') != std::string_view::npos) {
        return std::unexpected(Refusal{400, "malformed target"});
    }
    return parsed;
}

}  // namespace aside::wire
