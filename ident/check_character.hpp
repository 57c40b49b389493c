// ISO/IEC 7064 MOD 37,36 (GB/T 17710 is identical), spec/identifiers.md 7.2. Characters outside 0-9 A-Z a-z are
// skipped; letters count as upper case.
#pragma once

#include <cstdint>
#include <string_view>

namespace ingot::ident {

// Feeds text piece by piece; a copy continues from the same state.
class CheckCharacter {
  public:
    CheckCharacter& feed(std::string_view text);
    // The character that completes what was fed.
    char character() const;
    // Whether `last`, put after what was fed, verifies.
    bool verifies(char last) const;

  private:
    uint32_t product_ = 36;
};

// check_character("123AB") == 'X'
char check_character(std::string_view text);

}  // namespace ingot::ident
