//! Memory that a waiting supervisor does not need.

use std::fs;

/// Gives freed and unused memory back to the kernel: the allocator's free blocks, and the pages of
/// the program that were read in around those in use. What is needed again is read again.
pub(super) fn shed() {
    let maps = fs::read_to_string("/proc/self/smaps").unwrap_or_default();
    let ranges = clean_file_ranges(&maps);
    drop(maps);
    trim_allocator();
    for (start, length) in ranges {
        forget(start, length);
    }
}

fn trim_allocator() {
    #[cfg(target_env = "gnu")]
    {
        #[expect(
            unsafe_code,
            reason = "the allocator's own call, which has no safe name"
        )]
        // SAFETY: takes a plain number, touches only the allocator's free memory, and this process
        // has one thread.
        let _ = unsafe { libc::malloc_trim(0) };
    }
}

/// Address and length of the ranges that are pages of files, may not be written, and hold nothing
/// that the files do not (relocated tables do; they stay).
fn clean_file_ranges(smaps: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut current = None;
    for line in smaps.lines() {
        if let Some(range) = file_range(line) {
            current = range;
        } else if let Some(rest) = line.strip_prefix("Anonymous:") {
            let is_clean = rest.trim_start().starts_with("0 ");
            ranges.extend(current.take().filter(|_| is_clean));
        }
    }
    ranges
}

/// Of a line that begins a range: the range, if it is private, of a file, and may not be written.
/// `None` for all other lines.
fn file_range(line: &str) -> Option<Option<(usize, usize)>> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let start = usize::from_str_radix(start, 16).ok()?;
    let end = usize::from_str_radix(end, 16).ok()?;
    let (rights, inode) = (words.next()?, words.nth(2)?);
    let is_wanted = rights.starts_with('r') && !rights.contains('w') && rights.ends_with('p');
    Some((is_wanted && inode != "0").then_some((start, end.saturating_sub(start))))
}

fn forget(start: usize, length: usize) {
    let address = std::ptr::with_exposed_provenance_mut::<libc::c_void>(start);
    #[expect(unsafe_code, reason = "the kernel's own call, which has no safe name")]
    // SAFETY: the range is one of this process that the kernel just listed, made of pages of a file
    // that this process has not changed and cannot change. The kernel reads them from the same file
    // when they are touched again, so every byte keeps its value; only residence changes.
    let _ = unsafe { libc::madvise(address, length, libc::MADV_DONTNEED) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unchanged_pages_of_files_that_may_not_be_written_are_given_back() {
        let smaps = "\
00001000-00003000 r-xp 00001000 fe:00 42 /bin/x
Rss: 8 kB
Anonymous:             0 kB
00003000-00004000 r--p 00003000 fe:00 42 /bin/x
Anonymous:             4 kB
00004000-00005000 rw-p 00004000 fe:00 42 /bin/x
Anonymous:             0 kB
00005000-00006000 r--p 00000000 00:00 0 [vvar]
Anonymous:             0 kB
00006000-00007000 r--s 00000000 fe:00 43 /shared
Anonymous:             0 kB
";
        assert_eq!(clean_file_ranges(smaps), [(0x1000, 0x2000)]);
    }
}
