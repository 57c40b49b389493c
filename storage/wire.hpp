// The protobuf wire format written and read in place: no message objects, no allocation but the string itself. Used
// where a record is decoded thousands of times a walk; everything else uses generated classes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace ingot::storage {

inline uint64_t zigzag(int64_t value) {
    return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

// Appends fields in the order they are written; zero and empty values are left out, as proto3 does, but for the
// `always_` forms (fields with presence).
class WireWriter {
  public:
    explicit WireWriter(std::string& out) : out_(out) {}

    void varint(uint64_t value) {
        while (value >= 0x80) {
            out_.push_back(static_cast<char>(value | 0x80));
            value >>= 7;
        }
        out_.push_back(static_cast<char>(value));
    }
    void u64(uint32_t field, uint64_t value) {
        if (value == 0) return;
        varint(field << 3);
        varint(value);
    }
    void always_s64(uint32_t field, int64_t value) {
        varint(field << 3);
        varint(zigzag(value));
    }
    void s64(uint32_t field, int64_t value) {
        if (value != 0) always_s64(field, value);
    }
    void real(uint32_t field, double value) {
        uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        if (bits == 0) return;
        varint(field << 3 | 1);
        for (int i = 0; i < 8; ++i) out_.push_back(static_cast<char>(bits >> (8 * i)));
    }
    void text(uint32_t field, std::string_view value) {
        if (value.empty()) return;
        varint(field << 3 | 2);
        varint(value.size());
        out_.append(value);
    }
    // A sub-message written by `body()`; left out when it is empty, unless it is an element of a list.
    template <class Body>
    void message(uint32_t field, bool element, Body&& body) {
        size_t const start = out_.size();
        varint(field << 3 | 2);
        size_t const at = out_.size();
        out_.push_back('\0');
        body();
        size_t const size = out_.size() - at - 1;
        if (size == 0 && !element) return out_.resize(start);
        if (size < 0x80) {
            out_[at] = static_cast<char>(size);
            return;
        }
        std::string length;
        WireWriter(length).varint(size);
        out_.replace(at, 1, length);
    }

  private:
    std::string& out_;
};

// Reads fields one by one: `while (reader.next()) switch (reader.field()) { ... default: reader.skip(); }`, then ok().
// After damage next() answers false, ok() false, and values are zero.
class WireReader {
  public:
    explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool next() {
        if (at_ == end_ || bad_) return false;
        uint64_t const tag = varint();
        field_ = static_cast<uint32_t>(tag >> 3);
        type_ = static_cast<uint32_t>(tag & 7);
        if (field_ == 0 || tag > UINT32_MAX) bad_ = true;
        return !bad_;
    }
    uint32_t field() const { return field_; }
    bool ok() const { return !bad_; }
    void fail() { bad_ = true; }

    uint64_t u64() { return type_ == 0 ? varint() : mismatch(); }
    uint32_t u32() { return static_cast<uint32_t>(u64()); }
    int64_t s64() { return unzigzag(u64()); }
    double real() {
        if (type_ != 1 || end_ - at_ < 8) return static_cast<double>(mismatch());
        uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits |= static_cast<uint64_t>(static_cast<unsigned char>(at_[i])) << (8 * i);
        at_ += 8;
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    // Bytes of one size only: a digest.
    template <class Array>
    void fixed(Array& out) {
        std::string_view const bytes = text();
        if (bytes.size() != out.size()) return fail();
        std::memcpy(out.data(), bytes.data(), out.size());
    }
    std::string_view text() {
        if (type_ != 2) return mismatch(), std::string_view();
        uint64_t const size = varint();
        if (bad_ || size > static_cast<uint64_t>(end_ - at_)) return mismatch(), std::string_view();
        std::string_view const value(at_, size);
        at_ += size;
        return value;
    }
    void skip() {
        if (type_ == 0) {
            varint();
        } else if (type_ == 2) {
            text();
        } else if (uint32_t const size = type_ == 1 ? 8 : type_ == 5 ? 4 : 0; size && end_ - at_ >= size) {
            at_ += size;
        } else {
            bad_ = true;
        }
    }
    uint64_t varint() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
            auto const byte = static_cast<unsigned char>(*at_++);
            value |= static_cast<uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        return mismatch();
    }
    bool more() const { return at_ != end_ && !bad_; }

  private:
    uint64_t mismatch() {
        bad_ = true;
        return 0;
    }
    char const* at_;
    char const* end_;
    uint32_t field_ = 0, type_ = 0;
    bool bad_ = false;
};

}  // namespace ingot::storage
