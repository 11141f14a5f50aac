// Any bytes as a configuration file, as variables and as flags: accepted or refused, never worse;
// and what is accepted reads back the same.
#include <cstdlib>

#include "config/config.h"
#include "config/print.h"
#include "config/value_text.h"

using namespace aside::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    Sources sources;
    sources.file = FileText{"fuzz.toml", text};
    if (const auto loaded = load(sources)) print_effective(*loaded);

    for (const Parameter& parameter : parameters()) {
        const auto value = parse_value(parameter, text);
        if (!value || parameter.kind == Kind::url) continue;
        const auto again = parse_value(parameter, format_value(parameter, *value));
        if (!again || *again != *value) std::abort();
    }
    const Sources other{.file = {},
                        .environment = {text, "ASIDE_" + text},
                        .flags = {{text, text}, {"--memory", text}}};
    if (load(other) && text.empty()) std::abort();
    redact_url(text);
    return 0;
}
