#include "redis/password_source.h"

#include <gtest/gtest.h>

#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::redis {
namespace {

TEST(PasswordSourceTest, GivesWhatTheConfigurationSays) {
    runtime::SimWorld world;
    InlinePasswordSource source("reader", "sesame");
    const auto told = world.run(source.credentials(world.worker(0)));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->user, "reader");
    EXPECT_EQ(told->password, "sesame");
    EXPECT_EQ(told->renew_by, kNever);
}

TEST(PasswordSourceTest, ReadsTheFilesFirstLineAnewAtEachDial) {
    runtime::SimWorld world;
    runtime::SimFiles files(world);
    FilePasswordSource source(files, "reader", "/run/secret");
    for (const auto& [content, password] :
         {std::pair("sesame\n", "sesame"), std::pair("rotated", "rotated"),
          std::pair("windows\r\n", "windows"), std::pair("first\nsecond\n", "first"),
          std::pair(" spaces stay \n", " spaces stay ")}) {
        files.put("/run/secret", content);
        const auto told = world.run(source.credentials(world.worker(0)));
        ASSERT_TRUE(told) << content;
        EXPECT_EQ(told->password, password);
        EXPECT_EQ(told->user, "reader");
    }
}

TEST(PasswordSourceTest, FailsWithoutAPasswordAndShowsNoneOfTheFile) {
    runtime::SimWorld world;
    runtime::SimFiles files(world);
    FilePasswordSource source(files, "", "/run/secret");
    const auto missing = world.run(source.credentials(world.worker(0)));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);

    files.put("/run/secret", "\nsesame");
    const auto empty = world.run(source.credentials(world.worker(0)));
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, Errc::bad_input);
    EXPECT_EQ(to_string(empty.error()).find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace aside::redis
