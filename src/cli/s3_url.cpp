#include "cli/s3_url.h"

#include <array>

#include "cli/url_parameters.h"
#include "origin/s3/bucket.h"

namespace aside::cli {
namespace {

Result<BucketStyle> style_of(std::string_view text) {
    if (text.empty()) return BucketStyle::automatic;
    if (text == "path") return BucketStyle::path;
    if (text == "virtual") return BucketStyle::virtual_hosted;
    return fail(Errc::bad_input, "style=" + std::string(text) + ": it may be path or virtual");
}

}  // namespace

Result<S3Url> parse_s3_url(std::string_view rest) {
    S3Url url;
    const std::size_t question = std::min(rest.find('?'), rest.size());
    const std::string_view place = rest.substr(0, question);
    const std::size_t slash = std::min(place.find('/'), place.size());
    url.bucket = place.substr(0, slash);
    if (const auto checked = check_no_credentials(url.bucket); !checked)
        return fail(checked.error());
    if (const auto problem = origin::problem_of_bucket_name(url.bucket); !problem.empty()) {
        return fail(Errc::bad_input, "\"" + url.bucket + "\" is no bucket's name: " +
                                         std::string(problem) + " (s3://BUCKET/PREFIX)");
    }
    auto prefix = percent_decoded(place.substr(std::min(slash + 1, place.size())), "the prefix");
    if (!prefix) return fail(std::move(prefix.error()));
    url.prefix = std::move(*prefix);
    if (!url.prefix.empty() && !url.prefix.ends_with('/')) url.prefix += '/';

    std::string style;
    const std::array<UrlParameter, 3> known = {
        {{"region", &url.region}, {"endpoint", &url.endpoint}, {"style", &style}}};
    const auto read = read_url_parameters(rest.substr(std::min(question + 1, rest.size())), known);
    if (!read) return fail(read.error());
    if (const auto checked = check_region_text(url.region); !checked) return fail(checked.error());
    const auto decided = style_of(style);
    if (!decided) return fail(decided.error());
    url.style = *decided;
    return url;
}

}  // namespace aside::cli
