#include "wire/http_date.h"

#include <algorithm>

namespace aside::wire {
namespace {

void put_two_digits(char* at, unsigned number) {
    at[0] = static_cast<char>('0' + number / 10 % 10);
    at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::array<char, 29> http_date(WallTime when) {
    constexpr char kDays[] = "SunMonTueWedThuFriSat";
    constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
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

}  // namespace aside::wire
