#include "lab/load/key_choice.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lab/load/key_permutation.h"

namespace aside::lab::load {
namespace {

class Uniform final : public KeyChoice {
  public:
    explicit Uniform(std::uint64_t keys) : keys_(keys) {}
    std::uint64_t next(Random& random) override { return random.below(keys_); }

  private:
    std::uint64_t keys_;
};

// (e^x − 1) / x and ln(1 + x) / x, which are 1 where x is 0.
double expm1_by(double x) {
    return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1 + x / 2;
}
double log1p_by(double x) {
    return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1 - x / 2;
}

// Draws from under the hat x^-exponent by inverting its integral, and draws anew where the step of
// the discrete law is lower than the hat: less than once in four, whatever the exponent.
class Zipf final : public KeyChoice {
  public:
    Zipf(std::uint64_t keys, double exponent, std::uint64_t scatter)
        : keys_(keys),
          exponent_(exponent),
          integral_first_(integral(1.5) - 1),
          integral_end_(integral(static_cast<double>(keys) + 0.5)),
          sure_(2 - inverse(integral(2.5) - hat(2))) {
        if (scatter != 0) scattered_.emplace(keys, scatter);
    }

    std::uint64_t next(Random& random) override {
        const std::uint64_t place = rank(random) - 1;
        return scattered_ ? (*scattered_)(place) : place;
    }

  private:
    std::uint64_t rank(Random& random) const {
        while (true) {
            const double drawn = integral_end_ + random.unit() * (integral_first_ - integral_end_);
            const double x = inverse(drawn);
            const double nearest = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(keys_));
            if (nearest - x <= sure_ || drawn >= integral(nearest + 0.5) - hat(nearest)) {
                return static_cast<std::uint64_t>(nearest);
            }
        }
    }

    double hat(double x) const { return std::exp(-exponent_ * std::log(x)); }
    double integral(double x) const {
        const double log_x = std::log(x);
        return expm1_by((1 - exponent_) * log_x) * log_x;
    }
    double inverse(double integral) const {
        const double shifted = std::max(-1.0, integral * (1 - exponent_));  // rounding below -1
        return std::exp(log1p_by(shifted) * integral);
    }

    std::uint64_t keys_;
    double exponent_;
    double integral_first_, integral_end_;
    double sure_;  // so near below a rank the hat is never above its step
    std::optional<KeyPermutation> scattered_;
};

class Hotspot final : public KeyChoice {
  public:
    Hotspot(std::uint64_t keys, std::uint64_t hot_keys, double hot_share)
        : keys_(keys), hot_keys_(hot_keys), hot_share_(hot_share) {}
    std::uint64_t next(Random& random) override {
        if (random.unit() < hot_share_) return random.below(hot_keys_);
        return hot_keys_ + random.below(keys_ - hot_keys_);
    }

  private:
    std::uint64_t keys_, hot_keys_;
    double hot_share_;
};

class Scan final : public KeyChoice {
  public:
    explicit Scan(std::uint64_t keys) : keys_(keys) {}
    std::uint64_t next(Random&) override {
        const std::uint64_t key = next_;
        next_ = next_ + 1 == keys_ ? 0 : next_ + 1;
        return key;
    }

  private:
    std::uint64_t keys_;
    std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<KeyChoice> uniform_keys(std::uint64_t keys) {
    return std::make_unique<Uniform>(keys);
}

std::unique_ptr<KeyChoice> zipf_keys(std::uint64_t keys, double exponent, std::uint64_t scatter) {
    return std::make_unique<Zipf>(keys, exponent, scatter);
}

std::unique_ptr<KeyChoice> hotspot_keys(std::uint64_t keys, std::uint64_t hot_keys,
                                        double hot_share) {
    if (hot_keys == 0 || hot_keys >= keys) return uniform_keys(keys);
    return std::make_unique<Hotspot>(keys, hot_keys, hot_share);
}

std::unique_ptr<KeyChoice> scanned_keys(std::uint64_t keys) {
    return std::make_unique<Scan>(keys);
}

}  // namespace aside::lab::load
