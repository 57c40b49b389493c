#include <cstdio>

#include "api/metrics.hpp"

namespace ingot::api {
namespace {

std::string number_text(double value) {
    char text[40];
    int const size = std::snprintf(text, sizeof text, "%.9g", value);
    return {text, static_cast<size_t>(size)};
}

void put_label(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("=\"");
    for (char const c : value) {
        if (c == '\n')
            out += "\\n";
        else if (c == '"' || c == '\\')
            out.append({'\\', c});
        else
            out.push_back(c);
    }
    out.push_back('"');
}

// Upper bound of bucket k in seconds: 0.00025 x 2^k.
std::string bound_text(size_t k) { return number_text(0.00025 * static_cast<double>(uint64_t{1} << k)); }

}  // namespace

void Histogram::observe(std::chrono::microseconds duration) {
    auto const us = static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0));
    size_t bucket = 0;
    while (bucket < kBuckets && us > (uint64_t{250} << bucket)) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(us, std::memory_order_relaxed);
}

std::array<uint64_t, Histogram::kBuckets + 1> Histogram::counts() const {
    std::array<uint64_t, kBuckets + 1> out{};
    for (size_t i = 0; i <= kBuckets; ++i) out[i] = counts_[i].load(std::memory_order_relaxed);
    return out;
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
    out_.append(type).append("\n");
}

void MetricsText::put(std::string_view suffix, Labels labels, std::string_view extra, std::string_view value) {
    out_.append(name_).append(suffix);
    if (labels.size() > 0 || !extra.empty()) {
        char before = '{';
        for (auto const& [name, text] : labels) {
            out_.push_back(before);
            put_label(out_, name, text);
            before = ',';
        }
        if (!extra.empty()) {
            out_.push_back(before);
            put_label(out_, "le", extra);
        }
        out_.push_back('}');
    }
    out_.append(" ").append(value).append("\n");
    ++series_;
}

void MetricsText::sample(Labels labels, uint64_t value) { put("", labels, "", std::to_string(value)); }
void MetricsText::sample(Labels labels, double value) { put("", labels, "", number_text(value)); }

void MetricsText::histogram(Labels labels, Histogram const& histogram) {
    auto const counts = histogram.counts();
    uint64_t total = 0;
    for (size_t k = 0; k < Histogram::kBuckets; ++k) {
        total += counts[k];
        put("_bucket", labels, bound_text(k), std::to_string(total));
    }
    total += counts[Histogram::kBuckets];
    put("_bucket", labels, "+Inf", std::to_string(total));
    put("_sum", labels, "", number_text(static_cast<double>(histogram.sum_us()) / 1e6));
    put("_count", labels, "", std::to_string(total));
}

}  // namespace ingot::api
