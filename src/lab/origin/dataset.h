// The data that trials are run on: items of a few references each over a number of objects, all of
// it known by heart, so that each byte of an answer can be judged.
//
// Sizes of objects follow a distribution measured in production (its source: dataset.cpp). Which
// objects an item names is drawn once by the seed; an item may not name one twice. Items are
// "item-0" …, objects "obj-0" …; a body follows from key and generation (lab/known_values.h).
// Thread rule: immutable after it was made, but for write(), which is any thread's.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aside::lab {

struct DatasetOptions {
    std::uint32_t items = 40'000;
    std::uint32_t references = 5;  // of each item
    std::uint32_t objects = 100'000;
    std::uint64_t seed = 1;
};

class Dataset {
  public:
    explicit Dataset(DatasetOptions options);

    const DatasetOptions& options() const { return options_; }
    std::span<const std::uint32_t> references(std::uint32_t item) const;
    std::size_t body_bytes(std::uint32_t object) const { return sizes_[object]; }
    std::uint64_t total_bytes() const { return total_bytes_; }  // of all bodies

    static std::string item_id(std::uint32_t item);
    static std::string object_key(std::uint32_t object);
    // kNoNumber for any other text.
    std::uint32_t item_of(std::string_view id) const;
    std::uint32_t object_of(std::string_view key) const;
    static constexpr std::uint32_t kNoNumber = ~0U;

    // A write at the origin: from now on it answers with the next generation. Gives it.
    std::uint32_t write(std::uint32_t object);
    std::uint32_t generation(std::uint32_t object) const;
    std::string body(std::uint32_t object, std::uint32_t generation) const;
    // As the object store tells it, with its quotes.
    static std::string entity_tag(std::uint32_t object, std::uint32_t generation);

    // The generations of an answered item's values, by reference; false: a byte is wrong.
    bool read_item(std::uint32_t item, std::string_view answer,
                   std::vector<std::uint32_t>& generations) const;

  private:
    const DatasetOptions options_;
    std::vector<std::uint32_t> references_;  // items x references
    std::vector<std::uint32_t> sizes_;
    std::vector<std::atomic<std::uint32_t>> generations_;
    std::uint64_t total_bytes_ = 0;
};

}  // namespace aside::lab
