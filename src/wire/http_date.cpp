#include "wire/http_date.h"

#include <algorithm>

namespace aside::wire {
namespace {

void put_two_digits(char* at, unsigned number) {
    at[0] = static_cast<char>('0' + number / 10 % 10);
    at[1] = static_cast<char>('0' + number % 10);
}

constexpr char kDays[] = "SunMonTueWedThuFriSat";
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

// Reads a text of fixed places; remembers whether all was as it should be.
class Places {
  public:
    explicit Places(std::string_view text) : text_(text) {}

    unsigned number(std::size_t at, std::size_t digits) {
        unsigned value = 0;
        for (const char c : text_.substr(at, digits)) {
            good_ = good_ && c >= '0' && c <= '9';
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        return value;
    }
    void literal(std::size_t at, std::string_view expected) {
        good_ = good_ && text_.substr(at, expected.size()) == expected;
    }
    // Which of the names of three letters, from 1.
    unsigned name(std::size_t at, std::string_view names) {
        for (std::size_t i = 0; i < names.size(); i += 3) {
            if (names.substr(i, 3) == text_.substr(at, 3)) return static_cast<unsigned>(i / 3) + 1;
        }
        good_ = false;
        return 1;
    }
    bool good() const { return good_; }

  private:
    std::string_view text_;
    bool good_ = true;
};

std::optional<WallTime> time_of(unsigned year, unsigned month, unsigned day, unsigned hour,
                                unsigned minute, unsigned second) {
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(month), std::chrono::day(day));
    // What nanoseconds in 64 bits can tell.
    const bool tellable = year >= 1700 && year <= 2250;
    if (!tellable || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace

std::array<char, 29> http_date(WallTime when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));

    std::array<char, 29> text;
    std::copy_n("Ddd, dd Mmm yyyy hh:mm:ss GMT", text.size(), text.begin());
    std::copy_n(kDays + 3 * std::chrono::weekday(day).c_encoding(), 3, text.begin());
    put_two_digits(&text[5], static_cast<unsigned>(date.day()));
    std::copy_n(kMonths + 3 * (static_cast<unsigned>(date.month()) - 1), 3, &text[8]);
    put_two_digits(&text[12], year / 100);
    put_two_digits(&text[14], year % 100);
    put_two_digits(&text[17], static_cast<unsigned>(time.hours().count()));
    put_two_digits(&text[20], static_cast<unsigned>(time.minutes().count()));
    put_two_digits(&text[23], static_cast<unsigned>(time.seconds().count()));
    return text;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    constexpr std::string_view kForm = "Ddd, dd Mmm yyyy hh:mm:ss GMT";
    if (text.size() != kForm.size()) return std::nullopt;
    Places places(text);
    (void)places.name(0, kDays);
    places.literal(3, ", ");
    const unsigned day = places.number(5, 2);
    const unsigned month = places.name(8, kMonths);
    const unsigned year = places.number(12, 4);
    places.literal(7, " ");
    places.literal(11, " ");
    places.literal(16, " ");
    places.literal(19, ":");
    places.literal(22, ":");
    places.literal(25, " GMT");
    const auto time =
        time_of(year, month, day, places.number(17, 2), places.number(20, 2), places.number(23, 2));
    return places.good() ? time : std::nullopt;
}

std::optional<WallTime> parse_iso_time(std::string_view text) {
    constexpr std::string_view kForm = "yyyy-mm-ddThh:mm:ss";
    if (!text.ends_with('Z') || text.size() < kForm.size() + 1) return std::nullopt;
    const std::string_view fraction =
        text.substr(kForm.size(), text.size() - kForm.size() - 1);  // ".123", or nothing
    Places places(text);
    if (!fraction.empty()) {
        places.literal(kForm.size(), ".");
        if (fraction.size() == 1) return std::nullopt;
        for (std::size_t i = 1; i < fraction.size(); ++i) (void)places.number(kForm.size() + i, 1);
    }
    places.literal(4, "-");
    places.literal(7, "-");
    places.literal(10, "T");
    places.literal(13, ":");
    places.literal(16, ":");
    const auto time = time_of(places.number(0, 4), places.number(5, 2), places.number(8, 2),
                              places.number(11, 2), places.number(14, 2), places.number(17, 2));
    return places.good() ? time : std::nullopt;
}

}  // namespace aside::wire
