#include "cli/bench_rate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "config/value_text.h"

namespace aside::cli {
namespace {

using lab::load::RatePiece;

constexpr std::size_t kPiecesMax = 100'000;

std::unexpected<Error> bad(std::string_view piece, std::string_view why) {
    return fail(Errc::bad_input, "'" + std::string(piece) + "' is no rate: " + std::string(why));
}

Result<RatePiece> parse_piece(std::string_view text, std::optional<Duration> alone_for) {
    RatePiece piece;
    const std::size_t colon = text.find(':');
    const std::string_view rates = text.substr(0, colon);
    if (colon != std::string_view::npos) {
        const auto span = config::parse_duration(text.substr(colon + 1));
        if (!span) return bad(text, span.error().detail);
        if (*span <= Duration::zero()) return bad(text, "its time is 0");
        piece.span = *span;
    } else if (alone_for) {
        piece.span = *alone_for;
    } else {
        return bad(text, "of several, each says how long: 100:10s,1000:10s");
    }
    const std::size_t dash = rates.find('-');
    const auto from = parse_rate(rates.substr(0, dash));
    if (!from) return fail(from.error());
    piece.from_per_second = piece.to_per_second = *from;
    if (dash != std::string_view::npos) {
        const auto to = parse_rate(rates.substr(dash + 1));
        if (!to) return fail(to.error());
        piece.to_per_second = *to;
    }
    return piece;
}

// A ramp that is cut off ends at the rate it has then.
void cut(RatePiece& piece, Duration span) {
    const double part = static_cast<double>(span.count()) / static_cast<double>(piece.span.count());
    piece.to_per_second = std::lerp(piece.from_per_second, piece.to_per_second, part);
    piece.span = span;
}

}  // namespace

Result<double> parse_rate(std::string_view text) {
    double rate = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const double times = unit == "k" ? 1e3 : unit == "M" ? 1e6 : 1;
    if (error != std::errc() || (!unit.empty() && times == 1))
        return bad(text, "a number of requests a second, such as 1000 or 2.5k");
    if (!std::isfinite(rate) || rate < 0) return bad(text, "it is negative, or no number");
    return rate * times;
}

Result<std::vector<RatePiece>> parse_rates(std::string_view text,
                                           std::optional<Duration> duration) {
    constexpr Duration kDefault = std::chrono::seconds(10);
    const bool single = text.find(',') == std::string_view::npos;
    if (text.ends_with(',')) return bad(text, "it ends with a comma");
    std::vector<RatePiece> written;
    Duration span{};
    for (std::string_view rest = text; !rest.empty() || written.empty();) {
        const std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        auto piece =
            parse_piece(word, single ? std::optional(duration.value_or(kDefault)) : std::nullopt);
        if (!piece) return fail(piece.error());
        span += piece->span;
        written.push_back(*piece);
    }
    if (!duration) return written;
    std::vector<RatePiece> pieces;
    for (Duration left = *duration; left > Duration::zero();) {
        RatePiece piece = written[pieces.size() % written.size()];
        if (piece.span > left) cut(piece, left);
        left -= piece.span;
        pieces.push_back(piece);
        if (pieces.size() > kPiecesMax) return bad(text, "it is repeated too often");
    }
    return pieces;
}

}  // namespace aside::cli
