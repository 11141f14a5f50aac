#include "cli/check_advice.h"

#include <gmock/gmock.h>

#include "aws/error_meaning.h"

namespace aside::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const AskedService kBucket{.service = aws::Service::s3,
                           .region = "eu-west-1",
                           .resource = "shop",
                           .prefix = "de/",
                           .host = "shop.s3.eu-west-1.amazonaws.com"};
const AskedService kTable{.service = aws::Service::dynamodb,
                          .region = "cn-north-1",
                          .resource = "items",
                          .host = "dynamodb.cn-north-1.amazonaws.com.cn"};

Error error_of(Errc code, std::string detail = "") {
    return Error{code, std::move(detail)};
}
Error by_policy() {
    return error_of(Errc::denied, "S3 answered 403 AccessDenied: Access Denied (" +
                                      std::string(aws::kRefusedByPolicy) + ")");
}

TEST(CheckAdvice, NamesTheResourceAsAPolicyWould) {
    EXPECT_EQ(resource_arn(kBucket), "arn:aws:s3:::shop/de/*");
    EXPECT_EQ(resource_arn(kTable), "arn:aws-cn:dynamodb:cn-north-1:*:table/items");
}

TEST(CheckAdvice, SaysWhichActionIsMissingOnWhat) {
    EXPECT_THAT(advice_on_answer(kBucket, "s3:GetObject", by_policy()),
                HasSubstr("Allow s3:GetObject on arn:aws:s3:::shop/de/*"));
    EXPECT_THAT(advice_on_answer(kTable, "dynamodb:GetItem", by_policy()),
                HasSubstr("Allow dynamodb:GetItem on arn:aws-cn:dynamodb:"));
    EXPECT_THAT(advice_on_answer(kBucket, "s3:GetObject",
                                 error_of(Errc::denied, "the access key is not known")),
                IsEmpty())
        << "no policy would mend it";
}

TEST(CheckAdvice, KnowsWhy403StandsFor404) {
    EXPECT_THAT(advice_on_absent_key(kBucket, by_policy(), true),
                HasSubstr("Allow s3:ListBucket on arn:aws:s3:::shop in"));
    const std::string either = advice_on_absent_key(kBucket, by_policy(), false);
    EXPECT_THAT(either, HasSubstr("s3:ListBucket on arn:aws:s3:::shop"));
    EXPECT_THAT(either, HasSubstr("s3:GetObject on arn:aws:s3:::shop/de/*"));
}

TEST(CheckAdvice, KnowsWhyAnEndpointIsOutOfReach) {
    EXPECT_THAT(advice_on_connection(kBucket, error_of(Errc::timed_out)),
                HasSubstr("gateway VPC endpoint"));
    AskedService elsewhere = kBucket;
    elsewhere.host = "localhost";
    elsewhere.port = 8480;
    EXPECT_THAT(advice_on_connection(elsewhere, error_of(Errc::timed_out)),
                testing::Not(HasSubstr("VPC")));
    EXPECT_THAT(advice_on_connection(elsewhere, error_of(Errc::refused)),
                HasSubstr("Nobody listens at localhost:8480"));
    EXPECT_THAT(advice_on_connection(elsewhere, error_of(Errc::protocol)),
                HasSubstr("endpoint=http://localhost:8480"));
    EXPECT_THAT(advice_on_connection(kBucket, error_of(Errc::denied)),
                HasSubstr("certificate of shop.s3.eu-west-1.amazonaws.com"));
    EXPECT_THAT(advice_on_connection(kTable, error_of(Errc::not_found)),
                HasSubstr("region cn-north-1"));
}

TEST(CheckAdvice, KnowsWhatDoesNotExist) {
    EXPECT_THAT(advice_on_answer(kBucket, "s3:GetObject", error_of(Errc::not_found)),
                HasSubstr("no bucket shop"));
    EXPECT_THAT(advice_on_answer(kTable, "dynamodb:GetItem", error_of(Errc::not_found)),
                HasSubstr("no table items in cn-north-1"));
}

TEST(CheckAdvice, ComparesTheKeysOfTheTable) {
    const origin::TableLayout list{.table = "items"};
    const origin::TableLayout rows{.table = "items", .id = "id", .position = "n"};
    const struct {
        const origin::TableLayout& layout;
        origin::TableKeys keys;
        std::string_view advice;
    } cases[] = {
        {list, {"pk", "S", "", ""}, "write key=pk"},
        {list, {"id", "N", "", ""}, "must be a string"},
        {list, {"id", "S", "n", "N"}, "write position=n"},
        {rows, {"id", "S", "", ""}, "has no sort key"},
        {rows, {"id", "S", "at", "N"}, "write position=at"},
        {rows, {"id", "S", "n", "S"}, "must be a number"},
    };
    for (const auto& [layout, keys, advice] : cases) {
        EXPECT_THAT(advice_on_keys(layout, keys), HasSubstr(std::string(advice)));
    }
    EXPECT_THAT(advice_on_keys(list, {"id", "S", "", ""}), IsEmpty());
    EXPECT_THAT(advice_on_keys(rows, {"id", "S", "n", "N"}), IsEmpty());
}

TEST(CheckAdvice, KnowsWhyL2DoesNotSay) {
    const auto plain = parse_remote_url("redis://a@10.0.0.1:7000");
    const auto iam = parse_remote_url("rediss://a@10.0.0.1?auth=iam&name=c");
    ASSERT_TRUE(plain);
    ASSERT_TRUE(iam);
    EXPECT_THAT(advice_on_remote(*plain, UnknownReason::not_connected), HasSubstr("10.0.0.1:7000"));
    EXPECT_THAT(advice_on_remote(*plain, UnknownReason::denied), HasSubstr("--acl"));
    EXPECT_THAT(advice_on_remote(*iam, UnknownReason::denied), HasSubstr("elasticache:Connect"));
    EXPECT_THAT(advice_on_remote(*plain, UnknownReason::cluster_down), HasSubstr("cluster info"));
}

TEST(CheckAdvice, KnowsWhereCredentialsComeFrom) {
    EXPECT_THAT(advice_on_credentials(error_of(Errc::timed_out)), HasSubstr("hop limit"));
    EXPECT_THAT(advice_on_credentials(error_of(Errc::denied)), HasSubstr("trust policy"));
    EXPECT_THAT(advice_on_credentials(error_of(Errc::not_found)), HasSubstr("AWS_PROFILE"));
}

}  // namespace
}  // namespace aside::cli
