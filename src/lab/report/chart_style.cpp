#include "lab/report/chart_style.h"

#include <array>
#include <iterator>

namespace aside::lab::report {
namespace {

struct Colour {
    const char* name;
    const char* light;
    const char* dark;
};

// In the order of Paint.
constexpr std::array<Colour, 7> kPaints{{{"--surface", "#ffffff", "#1b1d21"},
                                         {"--ink", "#1f2328", "#e6e8eb"},
                                         {"--faint-ink", "#5c6570", "#9ba3ad"},
                                         {"--grid", "#e7eaee", "#2e3238"},
                                         {"--axis", "#a9b1bb", "#596069"},
                                         {"--mark", "#f3b73e", "#d39a2a"},
                                         {"--mark-ink", "#7a5200", "#f0c469"}}};

constexpr std::array<Colour, 6> kLines{{{"--line-1", "#1f6fd1", "#5aa2f5"},
                                        {"--line-2", "#d9541e", "#f28a5b"},
                                        {"--line-3", "#128a5f", "#43c495"},
                                        {"--line-4", "#8a3fb8", "#c490ea"},
                                        {"--line-5", "#b07a00", "#e0b44a"},
                                        {"--line-6", "#c2357a", "#ee83b5"}}};

// Coprime to the number of colours, so that style 7 is not style 1 again.
constexpr std::array<std::string_view, 5> kDashes{"", "7 3", "2 2.5", "9 3 2 3", "12 4"};

std::string variable(const Colour& colour) {
    return std::string("var(") + colour.name + "," + colour.light + ")";
}

std::string variables(const char* Colour::* value) {
    std::string text;
    for (const Colour& colour : kPaints) {
        text.append(colour.name).append(":").append(colour.*value).append(";");
    }
    for (const Colour& colour : kLines) {
        text.append(colour.name).append(":").append(colour.*value).append(";");
    }
    return text;
}

}  // namespace

std::string paint(Paint what) {
    return variable(kPaints[static_cast<std::size_t>(what)]);
}

std::string line_paint(unsigned style) {
    return variable(kLines[style % std::size(kLines)]);
}

std::string_view line_dash(unsigned style) {
    return kDashes[style % std::size(kDashes)];
}

std::string light_variables() {
    return variables(&Colour::light);
}

std::string dark_variables() {
    return variables(&Colour::dark);
}

}  // namespace aside::lab::report
