// An S3Store driven by lines of text, so that tests in another language can try it on real servers.
//
// A line is a command and its arguments, an answer a word and what belongs to it, both parted by
// tabs, each part percent-encoded (wire/uri_encode.h):
//
//   load KEY VERSION VALIDATOR MAX_BYTES LIMIT_MS      found VALIDATOR BODY | not_modified | absent
//   head KEY VERSION                                   found VALIDATOR | absent
//   put KEY BODY, put_if_absent KEY BODY               done
//   remove KEY VERSION                                 done
//   list CONTINUATION                                  page CONTINUATION [KEY SIZE]…
//   load_for KEY MILLISECONDS IN_FLIGHT                counted [found|CODE… COUNT]…
//   connections                                        counted dials COUNT calls COUNT
//
// and to each of them: error CODE AMOUNT DETAIL. Thread rule: as ControlThread, which it borrows,
// with the store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/control_thread.h"
#include "origin/s3/s3_store.h"

namespace aside::lab {

class S3Session {
  public:
    S3Session(ControlThread& control, origin::S3Store& store) : control_(control), store_(store) {}

    // The answer to a line, both without their ends.
    std::string answer(std::string_view line);

  private:
    using Words = std::vector<std::string>;

    std::string load(const Words& words);
    std::string head(const Words& words);
    std::string put(const Words& words, origin::PutCondition condition);
    std::string remove(const Words& words);
    std::string list(const Words& words);
    std::string load_for(const Words& words);
    std::string connections() const;

    ControlThread& control_;
    origin::S3Store& store_;
};

}  // namespace aside::lab
