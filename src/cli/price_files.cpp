#include "cli/price_files.h"

#include <initializer_list>
#include <utility>

#include "config/toml_tables.h"

namespace aside::cli {

namespace {

using config::TomlTable;

constexpr double kGibibyte = 1024.0 * 1024 * 1024;
constexpr double kGigabit = 1e9;
constexpr double kMost = 1e9;  // of any number: none is nearly as high

Result<sizing::Standing> standing_of(const TomlTable& table) {
    auto name = table.text("standing");
    if (!name) return fail(std::move(name.error()));
    using enum sizing::Standing;
    for (const auto standing : {listed, bill, secondary, estimated}) {
        if (name_of(standing) == *name) return standing;
    }
    return fail(Errc::bad_input,
                table.where + ": standing is one of listed, bill, secondary, estimated");
}

// The texts and numbers of one table, and the first thing that is wrong with them.
class Taker {
  public:
    explicit Taker(const TomlTable& table) : table_(table) {}

    std::string text(std::string_view name) { return take(table_.text(name)); }
    double number(std::string_view name, double least) {
        const double value = take(table_.number(name));
        if (value >= least && value <= kMost) return value;
        if (wrong_)
            wrong_ =
                fail(Errc::bad_input, table_.where + ": " + std::string(name) + " is out of range");
        return least;
    }
    void only(std::initializer_list<std::string_view> names) {
        if (wrong_) wrong_ = table_.only(names);
    }
    Result<void> wrong() const { return wrong_; }

  private:
    template <class Value>
    Value take(Result<Value> value) {
        if (value) return std::move(*value);
        if (wrong_) wrong_ = fail(std::move(value.error()));
        return {};
    }

    const TomlTable& table_;
    Result<void> wrong_;
};

Result<void> add_price(sizing::PriceList& list, const std::string& region, const TomlTable& table) {
    Taker from(table);
    from.only({"name", "usd", "per", "standing", "source", "date"});
    std::string name = from.text("name");
    sizing::Price price{.usd = from.number("usd", 0),
                        .per = from.text("per"),
                        .source = from.text("source"),
                        .date = from.text("date")};
    if (auto wrong = from.wrong(); !wrong) return wrong;
    auto standing = standing_of(table);
    if (!standing) return fail(std::move(standing.error()));
    price.standing = *standing;
    if (region.empty()) return fail(Errc::bad_input, table.where + ": the file names no region");
    list.add(region, std::move(name), std::move(price));
    return {};
}

Result<void> unknown(const TomlTable& table) {
    return fail(Errc::bad_input, table.where + ": expected [[price]] or [[node]]");
}

Result<void> add_node(sizing::PriceList& list, const TomlTable& table) {
    Taker from(table);
    from.only({"name", "vcpus", "maxmemory_gib", "network_gbps", "source", "date"});
    sizing::NodeType node{.name = from.text("name"),
                          .vcpus = static_cast<unsigned>(from.number("vcpus", 1)),
                          .maxmemory_bytes = from.number("maxmemory_gib", 0.001) * kGibibyte,
                          .network_bits_per_second = from.number("network_gbps", 0.001) * kGigabit,
                          .source = from.text("source"),
                          .date = from.text("date")};
    if (auto wrong = from.wrong(); !wrong) return wrong;
    list.add(std::move(node));
    return {};
}

}  // namespace

Result<sizing::PriceList> read_prices(const config::FileText& file) {
    auto tables = config::read_toml_tables(file);
    if (!tables) return fail(std::move(tables.error()));
    const TomlTable& top = tables->front();
    if (auto known = top.only({"region"}); !known) return fail(std::move(known.error()));
    std::string region;
    if (!top.values.empty()) {
        auto named = top.text("region");
        if (!named) return fail(std::move(named.error()));
        region = std::move(*named);
    }
    sizing::PriceList list;
    for (const TomlTable& table : std::span(*tables).subspan(1)) {
        auto added = table.kind == "price"  ? add_price(list, region, table)
                     : table.kind == "node" ? add_node(list, table)
                                            : unknown(table);
        if (!added) return fail(std::move(added.error()));
    }
    return list;
}

Result<sizing::PriceList> load_prices(runtime::Files& files, const std::vector<std::string>& own) {
    sizing::PriceList all;
    for (const PriceFile& file : built_in_price_files()) {
        auto list = read_prices({std::string(file.name), std::string(file.text)});
        if (!list) return fail(std::move(list.error()));
        all.add_all(*list);
    }
    for (const std::string& path : own) {
        auto text = files.read_file(path, config::kMaxFileBytes);
        if (!text) return fail(text.error().code, path + ": " + to_string(text.error()));
        auto list = read_prices({path, std::move(*text)});
        if (!list) return fail(std::move(list.error()));
        all.add_all(*list);
    }
    return all;
}

}  // namespace aside::cli
