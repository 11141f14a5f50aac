#include "aws/partitions.h"

#include <algorithm>
#include <array>

namespace aside::aws {
namespace {

// More exact beginnings first.
constexpr std::array kPartitions = {
    Partition{"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    Partition{"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"},
    Partition{"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    Partition{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    Partition{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    Partition{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    Partition{"aws-eusc", "eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
    Partition{"aws", "us-", "amazonaws.com", "api.aws"},
    Partition{"aws", "eu-", "amazonaws.com", "api.aws"},
    Partition{"aws", "ap-", "amazonaws.com", "api.aws"},
    Partition{"aws", "sa-", "amazonaws.com", "api.aws"},
    Partition{"aws", "ca-", "amazonaws.com", "api.aws"},
    Partition{"aws", "me-", "amazonaws.com", "api.aws"},
    Partition{"aws", "af-", "amazonaws.com", "api.aws"},
    Partition{"aws", "il-", "amazonaws.com", "api.aws"},
    Partition{"aws", "mx-", "amazonaws.com", "api.aws"},
};

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "west-1"
bool is_place(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size()) return false;
    return std::ranges::all_of(text.substr(0, dash), is_letter) &&
           std::ranges::all_of(text.substr(dash + 1), is_digit);
}

}  // namespace

const Partition* partition_of(std::string_view region) {
    for (const Partition& partition : kPartitions) {
        if (!region.starts_with(partition.region_begins)) continue;
        return is_place(region.substr(partition.region_begins.size())) ? &partition : nullptr;
    }
    return nullptr;
}

}  // namespace aside::aws
