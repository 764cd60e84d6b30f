"""Letters of other alphabets, and odd Latin ones, that are taken for a plain Latin letter at a glance.

Small letters only: case is gone when they are looked up. Forms that Unicode itself calls compatible (full-width,
mathematical, circled) are not here, for folding has replaced them already.
"""

_BY_LETTER = {
    "a": "аɑαᴀ",
    "b": "ьʙвβƅ",
    "c": "сᴄ",
    "d": "ԁɗᴅժ",
    "e": "еєҽεᴇɛ",
    "f": "ƒғϝք",
    "g": "ɡցɢ",
    "h": "һհʜнη",
    "i": "іıɩιɪӏ",
    "j": "јϳᴊյ",
    "k": "кκᴋ",
    "l": "ʟɭ",
    "m": "мᴍ",
    "n": "ոɴп",
    "o": "оοσօᴏө",
    "p": "рρᴘ",
    "q": "ԛգ",
    "r": "гʀ",
    "s": "ѕꜱʂ",
    "t": "тτᴛ",
    "u": "սυᴜц",
    "v": "νѵᴠ",
    "w": "ԝաᴡшω",
    "x": "хχ",
    "y": "уүγʏყ",
    "z": "ᴢʐ",
}
LOOK_ALIKES: dict[str, str] = {sign: letter for letter, signs in _BY_LETTER.items() for sign in signs}
