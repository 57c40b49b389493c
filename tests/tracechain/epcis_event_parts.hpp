// Events put together from parts, and tables of refusals.
#pragma once

#include "tests/tracechain/epcis_frame.hpp"

namespace ingot::tracechain {

inline Basis const kGross{BasisKind::gross_mass, {}};
inline constexpr int64_t kKg = 1'000'000;

inline std::string frame_of(std::string_view type, std::string_view members) {
    return R"({"type":")" + std::string(type) +
           R"(","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00",)" + std::string(members) + "}";
}
inline std::string id(std::string_view name) { return "\"https://ingot.example/88.999.1/" + std::string(name) + "\""; }
inline std::string quantity(std::string_view name, std::string_view amount, std::string_view uom = "KGM") {
    return R"({"epcClass":)" + id(name) + R"(,"quantity":)" + std::string(amount) + R"(,"uom":")" + std::string(uom) +
           "\"}";
}
// A:100, B:100 -> Z:150, instance I.
inline std::string transform(std::string_view extension) {
    return frame_of("TransformationEvent", R"("inputQuantityList":[)" + quantity("A", "100") + "," +
                                               quantity("B", "100") + R"(],"outputQuantityList":[)" +
                                               quantity("Z", "150") + R"(],"outputEPCList":[)" + id("I") + "]," +
                                               std::string(extension));
}
inline std::string observe(std::string_view members, std::string_view lots = "") {
    return frame_of("ObjectEvent", R"("action":"OBSERVE","epcList":[],"quantityList":[)" + std::string(lots) + "]," +
                                       std::string(members));
}
inline std::string amounts(std::string_view line) { return R"("ingot:amounts":[)" + std::string(line) + "]"; }

struct RefusalCase {
    std::string event;
    Code code;
    std::string pointer;
};

inline void expect_refusals(std::vector<RefusalCase> const& cases) {
    for (RefusalCase const& row : cases) {
        Error error = refuse_one(row.event);
        EXPECT_EQ(slug(error.code), slug(row.code)) << row.event << "\n" << error.detail;
        ASSERT_FALSE(error.faults.empty());
        EXPECT_EQ(error.faults[0].pointer, "/epcisBody/eventList/0" + row.pointer) << row.event;
        EXPECT_FALSE(error.faults[0].detail.empty() || error.faults[0].detail_zh.empty()) << row.event;
    }
}

}  // namespace ingot::tracechain
