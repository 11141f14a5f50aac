#include "lab/article/redirect.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

const runtime::Endpoint kFrom{"10.0.0.1", 7000};

void expect(std::string_view error, std::string_view to, bool ask) {
    const auto redirect = parse_redirect(error, kFrom);
    ASSERT_TRUE(redirect) << error;
    EXPECT_EQ(to_string(redirect->to), to);
    EXPECT_EQ(redirect->ask, ask);
}

TEST(Redirect, SaysWhere) {
    expect("MOVED 3999 127.0.0.1:6381", "127.0.0.1:6381", false);
    expect("ASK 3999 cache-2.example:6381", "cache-2.example:6381", true);
    expect("MOVED 3999 ::1:6381", "[::1]:6381", false);
    expect("MOVED 3999 :6381", "10.0.0.1:6381", false);
}

TEST(Redirect, IsNoOtherError) {
    for (const std::string_view error :
         {"CLUSTERDOWN The cluster is down", "MOVED", "MOVED 3999", "MOVED 3999 host",
          "MOVED 3999 host:", "MOVED 3999 host:66000", "ASK 3999 host:12x", "MOVEDX 1 a:1", ""}) {
        EXPECT_FALSE(parse_redirect(error, kFrom)) << error;
    }
}

}  // namespace
}  // namespace aside::lab
