#include "wire/role_credentials.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/xml_text.h"

namespace aside::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kEc2 = R"({
  "Code" : "Success", "LastUpdated" : "2026-11-25T10:00:00Z", "Type" : "AWS-HMAC",
  "AccessKeyId" : "ASIAX", "SecretAccessKey" : "s3cr3t/+", "Token" : "tok==",
  "Expiration" : "2026-11-25T16:00:00Z" })";

std::string sts(std::string_view credentials) {
    return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
           "<AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>s</"
           "SubjectFromWebIdentityToken><Credentials>" +
           std::string(credentials) +
           "</Credentials></AssumeRoleWithWebIdentityResult><ResponseMetadata/>"
           "</AssumeRoleWithWebIdentityResponse>";
}

void expect_good(const Result<RoleCredentials>& read) {
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->access_key_id, "ASIAX");
    EXPECT_EQ(read->secret_access_key.reveal(), "s3cr3t/+");
    EXPECT_EQ(read->session_token.reveal(), "tok==");
    EXPECT_EQ(read->expires, WallTime(std::chrono::seconds(1795622400)));
}

TEST(RoleCredentials, AreReadFromEachForm) {
    expect_good(decode_role_json(kEc2));
    expect_good(decode_role_json(
        R"({"AccessKeyId":"ASIAX","SecretAccessKey":"s3cr3t/+","Token":"tok==",
            "Expiration":"2026-11-25T16:00:00Z","RoleArn":"arn:aws:iam::1:role/r"})"));
    expect_good(decode_role_xml(
        sts("<AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s3cr3t/+</SecretAccessKey>"
            "<SessionToken>tok==</SessionToken><Expiration>2026-11-25T16:00:00Z</Expiration>")));
}

TEST(RoleCredentials, RefusalsSayWhatTheServiceSaid) {
    const auto json = decode_role_json(R"({"Code":"AssumeRoleUnauthorizedAccess",
        "Message":"EC2 cannot\nassume the role"})");
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().code, Errc::denied);
    EXPECT_EQ(json.error().detail, "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role");
    const auto xml = decode_sts_error(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
        "<Message>Token expired &amp; gone</Message></Error></ErrorResponse>");
    ASSERT_TRUE(xml);
    EXPECT_EQ(xml->code, "ExpiredTokenException");
    EXPECT_EQ(xml->message, "Token expired & gone");
    for (const std::string_view other : {"", "<ErrorResponse/>", "<html>502</html>"}) {
        EXPECT_FALSE(decode_sts_error(other)) << other;
    }
}

TEST(RoleCredentials, WhatIsMalformedIsNotShown) {
    std::vector<Result<RoleCredentials>> read;
    for (
        const std::string_view json :
        {"", "null", "[]", "{}", "s3cr3t", R"({"AccessKeyId":"a","SecretAccessKey":"s3cr3t"})",
         R"({"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Token":"t","Expiration":"soon"})",
         R"({"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Token":3,"Expiration":"2026-11-25T16:00:00Z"})",
         R"({"AccessKeyId":"a","SecretAccessKey":"s3cr3t\r\nX: y","Token":"t","Expiration":"2026-11-25T16:00:00Z"})",
         R"({"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Token":"t","Expiration":"2026-11-25T16:00:00Z")"}) {
        read.push_back(decode_role_json(json));
    }
    for (const std::string& xml :
         {std::string(), std::string("s3cr3t"), std::string("<a>s3cr3t</a>"), sts(""),
          sts("<AccessKeyId>a</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey>"),
          std::string("<AssumeRoleWithWebIdentityResponse>s3cr3t")}) {
        read.push_back(decode_role_xml(xml));
    }
    for (const auto& one : read) {
        ASSERT_FALSE(one);
        EXPECT_EQ(one.error().code, Errc::protocol);
        EXPECT_THAT(one.error().detail, Not(HasSubstr("s3cr3t")));
    }
}

TEST(Secret, PrintsAsStars) {
    std::ostringstream out;
    out << Secret("s3cr3t");
    EXPECT_EQ(out.str(), "***");
    EXPECT_EQ(testing::PrintToString(Secret("s3cr3t")), "***");
    Secret one("a secret that is not small enough for the string itself");
    const Secret other = one;
    Secret moved = std::move(one);
    EXPECT_EQ(moved, other);
    moved = Secret();
    EXPECT_TRUE(moved.empty());
}

TEST(XmlText, IsBoundedInDepth) {
    const auto nested = [](unsigned depth) {
        std::string xml;
        for (unsigned i = 0; i < depth; ++i) xml += "<a>";
        for (unsigned i = 0; i < depth; ++i) xml += "</a>";
        return xml;
    };
    EXPECT_TRUE(XmlDocument::parse(nested(XmlDocument::kMaxDepth)));
    EXPECT_FALSE(XmlDocument::parse(nested(XmlDocument::kMaxDepth + 1)));
    EXPECT_FALSE(XmlDocument::parse(nested(1'000'000)));
    EXPECT_TRUE(XmlDocument::parse("<r>" + nested(20) + nested(20) + "<b/><c>x</c></r>"));
}

TEST(XmlText, FindsTextByPath) {
    const auto document = XmlDocument::parse(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
        "<r><a><b> x&lt;y </b></a><a><b>2</b></a><c><![CDATA[<z>]]></c><e>&e;</e></r>");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root(), "r");
    EXPECT_EQ(document->text("a/b"), " x<y ");
    EXPECT_EQ(document->text("c"), "<z>");
    EXPECT_EQ(document->text("e"), "&e;");  // entities of others are not followed
    EXPECT_EQ(document->text("a/d"), "");
    EXPECT_EQ(document->text("d/b"), "");
}

}  // namespace
}  // namespace aside::wire
