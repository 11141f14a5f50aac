#include "cli/import_progress.h"

#include <cstdio>

namespace aside::cli {

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

std::string readable_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    double amount = static_cast<double>(bytes);
    const char* unit = "";
    for (const char* larger : {"kB", "MB", "GB", "TB"}) {
        if (amount < 999.95) break;
        amount /= 1000;
        unit = larger;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", amount, unit);
    return text;
}

ImportProgress::~ImportProgress() {
    if (drawn_) watch_.draw("");
}

void ImportProgress::record(std::uint64_t done, std::uint64_t total) {
    ++records_;
    if (!watch_.draw) return;
    const SteadyTime now = watch_.now();
    if (now < next_) return;
    next_ = now + kBetweenDraws;
    drawn_ = true;
    watch_.draw(line(done, total, now - start_));
}

std::string ImportProgress::line(std::uint64_t done, std::uint64_t total, Duration since) const {
    constexpr std::size_t kBarWidth = 24;
    std::string line = what_;
    const double seconds = std::chrono::duration<double>(since).count();
    const double part =
        total == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    if (total > 0) {
        const auto filled = static_cast<std::size_t>(part * kBarWidth);
        line += " [" + std::string(filled, '#') + std::string(kBarWidth - filled, ' ') + "] " +
                std::to_string(static_cast<int>(part * 100)) + " %";
    }
    line += "  " + grouped(records_) + " records";
    if (seconds > 0.5) {
        line += "  " +
                grouped(static_cast<std::uint64_t>(static_cast<double>(records_) / seconds)) + "/s";
    }
    if (seconds > 0.5 && part > 0) {
        line += "  " + grouped(static_cast<std::uint64_t>(seconds * (1 - part) / part)) + " s left";
    }
    return line;
}

}  // namespace aside::cli
