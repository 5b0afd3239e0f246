"""Variant ideographs (異体字) that one person's name may be written with. For match keys only, never for display."""

_GROUPS = """
辺邉邊 斉齊斎齋 高髙 崎﨑嵜碕 浜濱濵 吉𠮷 沢澤 広廣 桜櫻 島嶋嶌 国國圀 富冨 黒黑 徳德 恵惠 瀬瀨 頼賴
緑綠 静靜 真眞 栄榮 関關 条條 竜龍 滝瀧 豊豐 亀龜 万萬 寿壽 為爲 来來 学學 実實 芦蘆 桧檜 槙槇 梅楳
柳栁桺 鉄鐵銕 弥彌 塩鹽 蔵藏 当當 尭堯 遥遙 薮藪籔 篭籠 剣劍劔劒 礼禮 曽曾 増增 鴎鷗 桑桒 船舩 館舘
峰峯 松枩 穂穗 渋澁澀 巌巖 園薗 渕淵渊 蛍螢 峡峽 戸戶 青靑 清淸 涼凉 県縣 鶴鸖 聡聰 総總 与與 円圓
伝傳 仏佛 児兒 晃晄 枡桝 舎舍 強强 郎郞 隣鄰 横橫 黄黃 巻卷 呉吳 郷鄕 教敎 研硏 産產 従從 渉涉 粛肅
荘莊 将將 奨奬 乗乘 浄淨 畳疊 慎愼 尽盡 図圖 粋粹 専專 浅淺 銭錢 双雙 帯帶 単單 団團 昼晝 庁廳 灯燈
党黨 独獨 売賣 麦麥 発發 変變 弁辨瓣辯 歩步 宝寶寳 毎每 満滿 黙默 訳譯 薬藥 予豫 余餘 誉譽 様樣 乱亂
覧覽 両兩 励勵 霊靈 齢齡 恋戀 炉爐 労勞 楼樓 録錄 湾灣 亜亞 医醫 壱壹 稲稻 応應 奥奧 温溫 会會 絵繪
覚覺 楽樂 寛寬 気氣 帰歸 旧舊 暁曉 勲勳 薫薰 径徑 経經 渓溪 鶏鷄 芸藝 権權 顕顯 厳嚴 恒恆 号號 済濟
参參 糸絲 収收 証證 尚尙 暦曆 歴歷 鎌鐮 秋秌烋 杉杦 坂阪 崇祟 穐秋 嶽岳 脇脅 藁藳 杯盃 鎚槌 釜釡
煕熙凞 昂昻 凛凜
"""

_KEY = {ord(variant): group[0] for group in _GROUPS.split() for variant in group[1:]}


def one_form(text: str) -> str:
    """Each variant as its commonest form: 渡邉 and 渡邊 as 渡辺."""
    return text.translate(_KEY)
